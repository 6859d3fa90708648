package dev.runlog.bench;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The same rule as for the other modules, which cannot see the benchmark. */
final class BenchArchitectureTest {
    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.runlog.(**)")
                .should()
                .beFreeOfCycles()
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.runlog.bench"));
    }
}
