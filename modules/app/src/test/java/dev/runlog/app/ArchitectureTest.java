package dev.runlog.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
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

    @Test
    void modulesHaveNoCycles() {
        check(slices().matching("dev.runlog.(*)..").should().beFreeOfCycles());
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
