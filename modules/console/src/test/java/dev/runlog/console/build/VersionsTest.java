package dev.runlog.console.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Node checks the console with the versions of the libraries that Maven bundles. */
final class VersionsTest {
    private static final Path ROOT = Path.of(System.getProperty("runlog.root"));

    private static final Path MODULE = ROOT.resolve("modules/console");

    private static final List<String> LIBRARIES = List.of("preact", "uplot", "graphql-ws");

    @Test
    void nodeAndMavenUseTheSameVersions() throws IOException {
        JsonNode dependencies = json("package.json").get("dependencies");
        JsonNode locked = json("package-lock.json").get("packages");

        assertThat(dependencies.size()).isEqualTo(LIBRARIES.size());
        for (String library : LIBRARIES) {
            String version = property(library + ".version");
            assertThat(dependencies.path(library).asText()).describedAs(library).isEqualTo(version);
            assertThat(locked.path("node_modules/" + library).path("version").asText())
                    .describedAs("%s in the lock file", library)
                    .isEqualTo(version);
        }
    }

    @Test
    void lockFileNamesNoRegistry() throws IOException {
        assertThat(MODULE.resolve("package-lock.json")).content().doesNotContain("\"resolved\"", "http:");
        assertThat(MODULE.resolve(".npmrc")).content().contains("omit-lockfile-registry-resolved=true");
    }

    private static JsonNode json(String file) throws IOException {
        return new ObjectMapper().readTree(MODULE.resolve(file).toFile());
    }

    private static String property(String name) throws IOException {
        Matcher property = Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(property.find()).describedAs("pom.xml has %s", name).isTrue();
        return property.group(1);
    }
}
