package dev.runlog.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the built modules lie, and what programs this machine has. */
record Home(Path root) {

    /** From the launcher's {@code -Drunlog.home}, else the working directory. */
    static Home find() {
        Path root = Path.of(System.getProperty("runlog.home", "")).toAbsolutePath();
        if (!Files.exists(root.resolve("modules/bench"))) {
            throw new BenchFailure("There is no modules/bench in " + root + "; run it by ./runlog bench.");
        }
        return new Home(root);
    }

    String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A command of Runlog as a user gives it, on this JVM, with no configuration of the environment but what
     * {@code RUNLOG_JAVA_OPTS} says.
     */
    ProcessBuilder launcher(String command) {
        ProcessBuilder builder = new ProcessBuilder(root.resolve("runlog").toString(), command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RUNLOG_") && !name.equals("RUNLOG_JAVA_OPTS"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("RUNLOG_BUILT", "true");
        return builder;
    }

    /** Deletes what {@code runlog prepare} has made; a server then starts as it does after a build. */
    void forgetArchives() {
        Path target = root.resolve("modules").resolve("app").resolve("target");
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(target, "*.jsa")) {
            for (Path archive : archives) {
                Files.delete(archive);
            }
        } catch (IOException failure) {
            throw new BenchFailure("The archives of classes cannot be deleted: " + failure.getMessage(), failure);
        }
    }

    /** The class path of a module that was packaged with its libraries. */
    String classPath(String module, String jar) {
        Path target = root.resolve("modules").resolve(module).resolve("target");
        if (!Files.exists(target.resolve(jar))) {
            throw new BenchFailure("modules/" + module + " is not built; run it by ./runlog bench.");
        }
        return target.resolve(jar) + ":" + target.resolve("lib") + "/*";
    }

    static Optional<String> program(String name) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(directory).resolve(name);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }
}
