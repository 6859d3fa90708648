package dev.runlog.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.CheckHealth;
import dev.runlog.contract.querying.ReadRequest;
import dev.runlog.storage.db.ConnectedServers;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.db.Migrations;
import dev.runlog.storage.db.Startup;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.storage.read.WorkflowReads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/decisions/0001-modules-and-bus.md, as rules. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // For builds that compile tests into the same directory.
            .withImportOption(location -> !location.contains("Test.class") && !location.contains("Test$"))
            .importPackages("dev.runlog");

    private static final Pattern IMPORT = Pattern.compile("^import (dev\\.runlog\\.[\\w.]+);$", Pattern.MULTILINE);

    @Test
    void gatewayReachesTheOthersByTheBusAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.runlog.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runlog.storage..",
                        "dev.runlog.recording..",
                        "dev.runlog.querying..",
                        "dev.runlog.retention.."));
    }

    @Test
    void connectorsReachTheOthersByTheBusAlone() {
        check(classes()
                .that()
                .resideInAPackage("dev.runlog.connectors..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.runlog.connectors..",
                        "dev.runlog.contract..",
                        "io.vertx.core..",
                        "io.vertx.redis.client",
                        "io.micrometer.core.instrument..",
                        "org.slf4j",
                        "org.jspecify..",
                        "java.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.runlog.connectors..", "dev.runlog.app..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.connectors..", "io.vertx.redis.."));
    }

    @Test
    void siblingsDoNotKnowEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.runlog.recording..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.querying..", "dev.runlog.retention..", "dev.runlog.gateway.."));
    }

    @Test
    void queryingStandsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.runlog.querying..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.recording..", "dev.runlog.retention..", "dev.runlog.gateway.."));
    }

    @Test
    void retentionStandsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.runlog.retention..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.recording..", "dev.runlog.querying..", "dev.runlog.gateway.."));
    }

    @Test
    void onlyStorageSpeaksSql() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.runlog.storage..", "dev.runlog.testing..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient.."));
    }

    @Test
    void clientNeedsNothingOfOurs() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.runlog.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.contract..", "io.vertx.."));
    }

    /** Where a question carries no viewer, one check in the gateway would be all that keeps owners apart. */
    @Test
    void everyQuestionCarriesItsViewer() {
        check(classes()
                .that()
                .resideInAPackage("dev.runlog.contract.querying..")
                .and()
                .implement(Request.class)
                .and()
                .doNotHaveFullyQualifiedName(CheckHealth.class.getName())
                .should()
                .implement(ReadRequest.class));
        check(classes()
                .that()
                .resideInAPackage("dev.runlog.contract.retention..")
                .and()
                .implement(Request.class)
                .should(haveAViewer()));
    }

    private static ArchCondition<JavaClass> haveAViewer() {
        return new ArchCondition<>("have a viewer") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean satisfied = type.getFields().stream()
                        .anyMatch(field -> field.getRawType().isEquivalentTo(Viewer.class));
                events.add(new SimpleConditionEvent(type, satisfied, type.getName() + " has no viewer"));
            }
        };
    }

    /** Reads of executions take their owners; statements for all owners do so explicitly. */
    @Test
    void everyReadOfExecutionsTakesItsOwners() {
        check(methods()
                .that()
                .areDeclaredIn(ExecutionReads.class)
                .or()
                .areDeclaredIn(WorkflowReads.class)
                .and()
                .arePublic()
                .and()
                .doNotHaveRawReturnType(ExecutionReads.class)
                .should(takeOwners()));
    }

    private static ArchCondition<JavaMethod> takeOwners() {
        return new ArchCondition<>("take the owners of the rows as a parameter") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean satisfied = Arrays.stream(method.reflect().getParameters())
                        .anyMatch(parameter -> parameter.getType() == Owners.class
                                || List.of("owner", "owners").contains(parameter.getName()));
                events.add(new SimpleConditionEvent(method, satisfied, method.getFullName() + " takes no owner"));
            }
        };
    }

    @Test
    void modulesHaveNoCycles() {
        check(slices().matching("dev.runlog.(*)..").should().beFreeOfCycles());
    }

    /** A package does not use one that uses it, not even by way of others. */
    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("dev.runlog.(**)").should().beFreeOfCycles());
    }

    /** The rows of the picture in ARCHITECTURE.md, from the interfaces at the top to what all of them use. */
    @Test
    void importsInTheGatewayNeverPointUp() {
        check(layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("interfaces")
                .definedBy(gateway("events", "rest", "graphqlhttp", "sse", "websocket", "session", "health", "console"))
                .layer("graphql")
                .definedBy(gateway("graphql", "live"))
                .layer("http")
                .definedBy(gateway("http", "body"))
                .layer("base")
                .definedBy(gateway("auth", "connection", "json", "memory", "config"))
                .whereLayer("interfaces")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("graphql")
                .mayOnlyBeAccessedByLayers("interfaces")
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("interfaces"));
    }

    private static String[] gateway(String... packages) {
        return Arrays.stream(packages)
                .map(name -> "dev.runlog.gateway." + name + "..")
                .toArray(String[]::new);
    }

    /**
     * Reading, writing and cleaning know nothing of each other; rollups, known owners and the database know nothing of
     * them. Cleaning uses the plan and the ledger, which know nothing of it or of each other. Only storage uses the
     * helpers for SQL.
     */
    @Test
    void importsInStorageNeverPointUp() {
        check(layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("read")
                .definedBy("dev.runlog.storage.read..")
                .layer("write")
                .definedBy("dev.runlog.storage.write..")
                .layer("cleanup")
                .definedBy("dev.runlog.storage.cleanup..")
                .layer("plan")
                .definedBy("dev.runlog.storage.plan..")
                .layer("ledger")
                .definedBy("dev.runlog.storage.ledger..")
                .layer("known")
                .definedBy("dev.runlog.storage.known..")
                .layer("statistics")
                .definedBy("dev.runlog.storage.statistics..")
                .layer("rollup")
                .definedBy("dev.runlog.storage.rollup..")
                .layer("db")
                .definedBy("dev.runlog.storage.db..")
                .layer("sql")
                .definedBy("dev.runlog.storage.sql..")
                .layer("others")
                .definedBy(resideOutsideOfPackage("dev.runlog.storage.."))
                .whereLayer("read")
                .mayOnlyBeAccessedByLayers("others")
                .whereLayer("write")
                .mayOnlyBeAccessedByLayers("others")
                .whereLayer("cleanup")
                .mayOnlyBeAccessedByLayers("others")
                .whereLayer("plan")
                .mayOnlyBeAccessedByLayers("cleanup", "others")
                .whereLayer("ledger")
                .mayOnlyBeAccessedByLayers("cleanup", "others")
                .whereLayer("known")
                .mayOnlyBeAccessedByLayers("read", "others")
                .whereLayer("statistics")
                .mayOnlyBeAccessedByLayers("others")
                .whereLayer("rollup")
                .mayOnlyBeAccessedByLayers("read", "statistics", "write", "cleanup", "plan", "others")
                .whereLayer("db")
                .mayOnlyBeAccessedByLayers(
                        "known", "rollup", "read", "statistics", "write", "cleanup", "plan", "ledger", "others")
                .whereLayer("sql")
                .mayOnlyBeAccessedByLayers(
                        "known", "rollup", "read", "statistics", "write", "cleanup", "plan", "ledger"));
    }

    @Test
    void othersUseTheDatabaseByItsFrontDoor() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.runlog.storage..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.runlog.storage.db")
                        .and(not(belongToAnyOf(
                                Database.class,
                                DatabaseConfig.class,
                                Migrations.class,
                                ConnectedServers.class,
                                Startup.class,
                                WriteFailure.class)))));
    }

    /** A name that is read in one file means the same in the next. */
    @Test
    void importedClassesHaveNamesOfTheirOwn() throws IOException {
        Map<String, Set<String>> classes = new TreeMap<>();
        for (String imported : imports()) {
            classes.computeIfAbsent(imported.substring(imported.lastIndexOf('.') + 1), name -> new TreeSet<>())
                    .add(imported);
        }

        assertThat(classes).hasSizeGreaterThan(100);
        classes.values().removeIf(ofOneName -> ofOneName.size() == 1);
        assertThat(classes).isEmpty();
    }

    private static Set<String> imports() throws IOException {
        Path modules = Path.of(System.getProperty("runlog.root", "../..")).resolve("modules");
        Set<String> imports = new TreeSet<>();
        try (Stream<Path> files = Files.walk(modules)) {
            for (Path file : files.filter(file -> file.toString().contains("src/main/java"))
                    .filter(file -> file.toString().endsWith(".java"))
                    .toList()) {
                IMPORT.matcher(Files.readString(file)).results().forEach(line -> imports.add(line.group(1)));
            }
        }
        return imports;
    }

    @Test
    void restAndEventsDoNotNeedGraphql() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.runlog.gateway.http..",
                        "dev.runlog.gateway.events..",
                        "dev.runlog.gateway.rest..",
                        "dev.runlog.gateway.live..",
                        "dev.runlog.gateway.json..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.runlog.gateway.graphql..", "graphql.."));
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
