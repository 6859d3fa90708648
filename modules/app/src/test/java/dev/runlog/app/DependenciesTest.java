package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A library that comes, goes or changes its version shows up in review, as a line of {@code dependencies.txt}. */
final class DependenciesTest {
    private static final Path MODULE = Path.of(System.getProperty("runlog.root", "../.."), "modules", "app")
            .normalize();

    @Test
    void programConsistsOfTheListedLibraries() throws IOException {
        TreeSet<String> libraries = new TreeSet<>();
        try (InputStream sbom = Main.class.getResourceAsStream("/META-INF/sbom/runlog.cdx.json")) {
            assumeTrue(sbom != null, "Only the Maven build makes the SBOM.");
            for (JsonNode component : new ObjectMapper().readTree(sbom).get("components")) {
                libraries.add(coordinates(component.get("purl").asText()));
            }
        }
        // These two are loaded by a class loader of their own and are not Maven dependencies.
        try (Stream<Path> cluster = Files.list(MODULE.resolve("target/lib/cluster"))) {
            cluster.forEach(jar -> libraries.add("cluster/" + jar.getFileName()));
        }
        libraries.removeIf(library -> library.startsWith("dev.runlog/"));
        Files.write(MODULE.resolve("target/dependencies.txt"), libraries);

        List<String> listed = Files.readAllLines(MODULE.resolve("dependencies.txt"));

        assertThat(libraries)
                .describedAs("If the change is intended: cp modules/app/target/dependencies.txt modules/app/")
                .containsExactlyElementsOf(listed);
    }

    /** {@code io.vertx/vertx-core@5.0.10}, with the classifier where there is one. */
    private static String coordinates(String packageUrl) {
        String[] parts = packageUrl.substring("pkg:maven/".length()).split("\\?", 2);
        return Stream.of(parts[1].split("&", -1))
                .filter(qualifier -> qualifier.startsWith("classifier="))
                .findFirst()
                .map(qualifier -> parts[0] + " " + qualifier.substring("classifier=".length()))
                .orElse(parts[0]);
    }
}
