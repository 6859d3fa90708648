package dev.runlog.bench.support;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds built modules and installed programs. */
public record Home(Path root) {

    /** From the launcher's {@code -Drunlog.home}, else the working directory. */
    public static Home find() {
        Path root = Path.of(System.getProperty("runlog.home", "")).toAbsolutePath();
        if (!Files.exists(root.resolve("modules/bench"))) {
            throw new BenchFailure("modules/bench not found in " + root + "; use ./runlog bench.");
        }
        return new Home(root);
    }

    public String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Builds a Runlog command for this JVM, without any configuration from the environment except {@code
     * RUNLOG_JAVA_OPTS}.
     */
    public ProcessBuilder launcher(String command) {
        ProcessBuilder builder = new ProcessBuilder(root.resolve("runlog").toString(), command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RUNLOG_") && !name.equals("RUNLOG_JAVA_OPTS"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("RUNLOG_BUILT", "true");
        return builder;
    }

    /** Deletes the archive of {@code runlog prepare}; servers then start as after a build. */
    public void forgetArchives() {
        Path target = root.resolve("modules").resolve("app").resolve("target");
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(target, "*.jsa")) {
            for (Path archive : archives) {
                Files.delete(archive);
            }
        } catch (IOException failure) {
            throw new BenchFailure("Cannot delete the class archives: " + failure.getMessage(), failure);
        }
    }

    /** Class path of a packaged module and its libraries. */
    public String classPath(String module, String jar) {
        Path target = root.resolve("modules").resolve(module).resolve("target");
        if (!Files.exists(target.resolve(jar))) {
            throw new BenchFailure("modules/" + module + " is not built; use ./runlog bench.");
        }
        return target.resolve(jar) + ":" + target.resolve("lib") + "/*";
    }

    public static Optional<String> program(String name) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(directory).resolve(name);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }
}
