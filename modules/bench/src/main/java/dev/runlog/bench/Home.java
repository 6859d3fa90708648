package dev.runlog.bench;

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

    /** The options of the JVM that the launcher gives a server. */
    String serverOptions() {
        return "@" + root.resolve("config").resolve("jvm.options");
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
