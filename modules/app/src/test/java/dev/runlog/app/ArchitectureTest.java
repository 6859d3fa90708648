package dev.runlog.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

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
import dev.runlog.contract.querying.LoadWatchedWorkflows;
import dev.runlog.contract.querying.ReadRequest;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.storage.read.WorkflowReads;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/decisions/0001-modules-and-bus.md, as rules. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.runlog");

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
                // It names an owner for each of its workflows.
                .and()
                .doNotHaveFullyQualifiedName(LoadWatchedWorkflows.class.getName())
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

    /** Reads of executions take whose they are; a statement over all owners is one that says so. */
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
        return new ArchCondition<>("take whose rows they read as a parameter") {
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

    @Test
    void packagesOfAppHaveNoCycles() {
        check(slices().matching("dev.runlog.(app..)").should().beFreeOfCycles());
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
