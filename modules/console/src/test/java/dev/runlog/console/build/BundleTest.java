package dev.runlog.console.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that the build made. */
final class BundleTest {
    /** Issue 23: JavaScript of the first page, compressed. */
    private static final long FIRST_PAGE_BYTES_MAX = 80 * 1024;

    /** Names of XML namespaces. Nothing is loaded from them. */
    private static final Set<String> ADDRESSES =
            Set.of("http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml");

    private static final Pattern ADDRESS = Pattern.compile("https?://[\\w./-]+");

    @Test
    void firstPageIsSmall() throws Exception {
        Path console = console();
        Properties manifest = manifest(console);
        List<String> scripts =
                new ArrayList<>(List.of(manifest.getProperty("main.js"), manifest.getProperty("theme.js")));
        Stream.of(manifest.getProperty("preload").split(" "))
                .filter(name -> !name.isEmpty())
                .forEach(scripts::add);

        long bytes = 0;
        for (String script : scripts) {
            bytes += Files.size(console.resolve(script + ".gz"));
        }

        System.out.println("JavaScript of the first page: " + bytes + " bytes compressed, in " + scripts);
        assertThat(bytes).isLessThanOrEqualTo(FIRST_PAGE_BYTES_MAX);
    }

    @Test
    void manifestNamesFilesWithAHash() throws Exception {
        Path console = console();

        Properties manifest = manifest(console);

        assertThat(manifest).containsOnlyKeys("main.js", "main.css", "theme.js", "icon.svg", "preload", "files");
        for (String key : List.of("main.js", "main.css", "theme.js", "icon.svg")) {
            assertThat(manifest.getProperty(key)).matches("\\w+-[A-Z0-9]{8}\\.\\w+");
            assertThat(console.resolve(manifest.getProperty(key))).isNotEmptyFile();
        }
        assertThat(List.of(manifest.getProperty("files").split(" ")))
                .containsExactlyElementsOf(files(console, ".js", ".css", ".svg").stream()
                        .map(file -> file.getFileName().toString())
                        .sorted()
                        .toList());
    }

    @Test
    void compressedFilesEqualTheirOriginals() throws Exception {
        Path console = console();
        List<Path> compressed = files(console, ".gz");

        assertThat(compressed).hasSizeGreaterThanOrEqualTo(4);
        for (Path file : compressed) {
            byte[] original = Files.readAllBytes(Path.of(file.toString().replaceFirst("\\.gz$", "")));
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                assertThat(in.readAllBytes()).describedAs("%s", file).isEqualTo(original);
            }
        }
    }

    /** The content security policy of the page would block them. */
    @Test
    void scriptsNeitherCompileTextNorNameOtherHosts() throws Exception {
        Set<String> addresses = new TreeSet<>();
        for (Path file : files(console(), ".js", ".css")) {
            String text = Files.readString(file);
            assertThat(text).describedAs("%s", file).doesNotContain("eval(", "new Function", "innerHTML=`");
            Matcher address = ADDRESS.matcher(text);
            while (address.find()) {
                addresses.add(address.group());
            }
        }

        assertThat(addresses).isSubsetOf(ADDRESSES);
    }

    /** Scripts never load a style sheet. */
    @Test
    void thereIsOneStyleSheet() throws Exception {
        assertThat(files(console(), ".css")).hasSize(1);
    }

    @Test
    void licensesOfTheLibrariesAreIncluded() throws Exception {
        Path licenses = console().resolve("licenses");

        for (String library : List.of("preact", "uplot", "graphql-ws")) {
            assertThat(licenses.resolve(library + ".txt")).content().contains("MIT", "Copyright");
        }
    }

    @Test
    void platformWithoutEsbuildGetsNoConsole(@TempDir Path directory) throws Exception {
        Path output = Files.createDirectories(directory.resolve("console"));
        Files.writeString(output.resolve("manifest.properties"), "main.js=from-an-earlier-build.js\n");

        boolean bundled = new Bundle(sources(), directory.resolve("work"), output, "0.25.10", "plan9-mips").run();

        assertThat(bundled).isFalse();
        assertThat(output).doesNotExist();
    }

    @Test
    void readsPlatformAsEsbuildNamesIt() {
        assertThat(Bundle.platform()).matches("[a-z0-9]+-[a-z0-9_]+");
        assumeTrue(System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64"));
        assertThat(Bundle.platform()).isEqualTo("linux-x64");
    }

    /** The directory of the bundle. The build must have one where esbuild is available. */
    private static Path console() throws Exception {
        var manifest = BundleTest.class.getResource("/console/manifest.properties");
        boolean expected = Bundle.platform().equals("linux-x64") && System.getProperty("console.skip") == null;
        assumeTrue(manifest != null || expected, "Built without the console.");
        assertThat(manifest).describedAs("The console was not bundled.").isNotNull();
        URI location = manifest.toURI();
        return Path.of(location).getParent();
    }

    private static Properties manifest(Path console) throws IOException {
        Properties manifest = new Properties();
        try (InputStream in = Files.newInputStream(console.resolve("manifest.properties"))) {
            manifest.load(in);
        }
        return manifest;
    }

    private static List<Path> files(Path directory, String... suffixes) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Stream.of(suffixes).anyMatch(file.toString()::endsWith))
                    .toList();
        }
    }

    private static Path sources() {
        return Path.of(System.getProperty("runlog.root"), "modules/console/src/main/web");
    }
}
