package dev.runlog.console.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bundles the console with the esbuild and the libraries on the class path, compresses the files, and lists them in
 * {@code manifest.properties}. A platform without esbuild gets no console; the build continues.
 */
public final class Bundle {
    /** The libraries in the bundle, with what their names are replaced by. The index of graphql-ws needs graphql. */
    private static final Map<String, String> LIBRARIES =
            Map.of("preact", "", "uplot", "", "graphql-ws", "/lib/client.mjs");

    private static final List<String> ENTRIES = List.of("main.tsx", "theme.ts", "icon.svg");

    /** An import that the browser resolves before it runs the file: not {@code import("…")}. */
    private static final Pattern STATIC_IMPORT = Pattern.compile("\\b(?:from|import)\\s*\"\\./([\\w.-]+\\.js)\"");

    private final Path sources;
    private final Path work;
    private final Path output;
    private final String version;
    private final String platform;

    Bundle(Path sources, Path work, Path output, String version, String platform) {
        this.sources = sources.toAbsolutePath().normalize();
        this.work = work.toAbsolutePath().normalize();
        this.output = output.toAbsolutePath().normalize();
        this.version = version;
        this.platform = platform;
    }

    /** Arguments: the directory of sources, one to work in, one for the result, and the version of esbuild. */
    public static void main(String[] args) throws IOException, InterruptedException {
        new Bundle(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), args[3], platform()).run();
    }

    /** Returns whether there is a console. */
    boolean run() throws IOException, InterruptedException {
        delete(output);
        Files.createDirectories(work);
        Optional<Path> esbuild = esbuild();
        if (esbuild.isEmpty()) {
            System.err.println("No esbuild for " + platform + ": building without the console. See docs/console.md.");
            return false;
        }

        Path modules = work.resolve("node_modules");
        delete(modules);
        for (String library : LIBRARIES.keySet()) {
            unpack(library, modules.resolve(library));
        }

        Files.createDirectories(output);
        execute(command(esbuild.get(), modules));
        deleteStyleSheetsOfChunks();
        writeManifest();
        copyLicenses(modules);
        try (Stream<Path> files = Files.list(output)) {
            for (Path file : files.filter(Bundle::isAsset).toList()) {
                compress(file);
            }
        }
        return true;
    }

    /** The platform of this machine, as esbuild names it. */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("windows") ? "win32" : os.startsWith("mac") ? "darwin" : os)
                + "-"
                + switch (arch) {
                    case "amd64", "x86_64" -> "x64";
                    case "aarch64" -> "arm64";
                    default -> arch;
                };
    }

    private Optional<Path> esbuild() throws IOException, InterruptedException {
        String given = System.getProperty("console.esbuild", "");
        if (!given.isEmpty()) {
            String found = version(given);
            if (!found.equals(version)) {
                System.err.println("Bundling the console with esbuild " + found + " (tested: " + version + ").");
            }
            return Optional.of(Path.of(given));
        }
        URL binary = find("META-INF/resources/_static/" + platform + "/" + version + "/bin/esbuild");
        if (binary == null) {
            return Optional.empty();
        }
        Path file = work.resolve("esbuild");
        try (InputStream in = binary.openStream()) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        // The archive does not contain the mode of its files.
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("Cannot make " + file + " executable.");
        }
        return Optional.of(file);
    }

    private static String version(String esbuild) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(esbuild, "--version")
                .redirectErrorStream(true)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("Not an esbuild: " + esbuild + " (console.esbuild).");
        }
        return answer;
    }

    private List<String> command(Path esbuild, Path modules) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(esbuild.toString());
        command.addAll(ENTRIES);
        command.addAll(options());
        // Aliases rather than a search: the node_modules of a developer must not change the result.
        LIBRARIES.forEach((name, file) -> command.add("--alias:" + name + "=" + modules.resolve(name) + file));
        command.add("--outdir=" + output);
        return command;
    }

    private List<String> options() throws IOException {
        Path module = sources.resolve("../../..").normalize();
        try (Stream<String> lines = Files.lines(module.resolve("esbuild.options"))) {
            return lines.filter(line -> !line.isBlank()).toList();
        }
    }

    private void execute(List<String> command) throws IOException, InterruptedException {
        int code = new ProcessBuilder(command)
                .directory(sources.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("esbuild failed with exit code " + code + "; see its messages above.");
        }
    }

    /** The style sheet of main contains those of the pages that are loaded later. */
    private void deleteStyleSheetsOfChunks() throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            for (Path file : files.toList()) {
                String name = name(file);
                if (name.endsWith(".css") && !name.startsWith("main-")) {
                    Files.delete(file);
                }
            }
        }
    }

    private void writeManifest() throws IOException {
        String main = built("main-", ".js");
        Map<String, String> manifest = new TreeMap<>();
        manifest.put("main.js", main);
        manifest.put("main.css", built("main-", ".css"));
        manifest.put("theme.js", built("theme-", ".js"));
        manifest.put("icon.svg", built("icon-", ".svg"));
        manifest.put("preload", String.join(" ", staticImports(main)));
        try (Stream<Path> files = Files.list(output)) {
            manifest.put(
                    "files",
                    files.filter(Bundle::isAsset).map(Bundle::name).sorted().collect(Collectors.joining(" ")));
        }
        // Not Properties.store, which writes the time.
        List<String> lines = manifest.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
        Files.write(output.resolve("manifest.properties"), lines);
    }

    private String built(String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            List<String> names = files.map(Bundle::name)
                    .filter(name -> name.startsWith(prefix) && name.endsWith(suffix))
                    .toList();
            if (names.size() != 1) {
                throw new IllegalStateException(
                        "Expected one file " + prefix + "…" + suffix + " in " + output + ", found " + names);
            }
            return names.get(0);
        }
    }

    /** The files that {@code entry} imports statically, directly or not, in the order of discovery. */
    private Set<String> staticImports(String entry) throws IOException {
        Set<String> found = new LinkedHashSet<>();
        List<String> pending = new ArrayList<>(List.of(entry));
        while (!pending.isEmpty()) {
            Matcher imports = STATIC_IMPORT.matcher(Files.readString(output.resolve(pending.remove(0))));
            while (imports.find()) {
                String name = imports.group(1);
                if (Files.exists(output.resolve(name)) && found.add(name)) {
                    pending.add(name);
                }
            }
        }
        return found;
    }

    private void copyLicenses(Path modules) throws IOException {
        Path licenses = Files.createDirectories(output.resolve("licenses"));
        for (String library : LIBRARIES.keySet()) {
            try (Stream<Path> files = Files.list(modules.resolve(library))) {
                Path license = files.filter(file -> name(file).startsWith("LICENSE"))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("No license in the WebJar of " + library));
                Files.copy(license, licenses.resolve(library + ".txt"));
            }
        }
    }

    private static boolean isAsset(Path file) {
        return Stream.of(".js", ".css", ".svg").anyMatch(name(file)::endsWith);
    }

    private static void compress(Path file) throws IOException {
        try (OutputStream out = new BestGzip(Files.newOutputStream(Path.of(file + ".gz")))) {
            Files.copy(file, out);
        }
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }

    /** Copies the files of a WebJar. */
    private static void unpack(String library, Path to) throws IOException {
        URL properties = find("META-INF/maven/org.webjars.npm/" + library + "/pom.properties");
        if (properties == null) {
            throw new IllegalStateException("The WebJar of " + library + " is not on the class path.");
        }
        Properties pom = new Properties();
        try (InputStream in = properties.openStream()) {
            pom.load(in);
        }
        try (FileSystem jar = FileSystems.newFileSystem(jar(properties))) {
            Path root = jar.getPath("META-INF/resources/webjars", library, pom.getProperty("version"));
            try (Stream<Path> files = Files.walk(root)) {
                files.forEach(
                        file -> copy(file, to.resolve(root.relativize(file).toString())));
            }
        }
    }

    private static Path jar(URL entry) throws IOException {
        try {
            URI file =
                    ((JarURLConnection) entry.openConnection()).getJarFileURL().toURI();
            return Path.of(file);
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            if (Files.isDirectory(from)) {
                Files.createDirectories(to);
            } else {
                Files.copy(from, to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static @Nullable URL find(String resource) {
        return Bundle.class.getClassLoader().getResource(resource);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
