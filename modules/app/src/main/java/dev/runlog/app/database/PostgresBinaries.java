package dev.runlog.app.database;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL programs of a data directory. Each data directory has its own copy, so a process belongs to the data
 * directory in the path of its program.
 */
record PostgresBinaries(Path directory) {
    private static final Logger log = LoggerFactory.getLogger(PostgresBinaries.class);
    private static final String FOLDER_PREFIX = "postgres-binaries-";

    /** Unpacks the binaries for this machine into a data directory, once per version. */
    static PostgresBinaries unpack(Path directory) throws IOException {
        String version = DefaultPostgresBinaryResolver.class.getPackage().getImplementationVersion();
        Path target = directory.toRealPath().resolve(FOLDER_PREFIX + (version == null ? "current" : version));
        if (Files.exists(target.resolve("complete"))) {
            return new PostgresBinaries(target);
        }
        log.info("Unpacking PostgreSQL into {}", target);
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), architecture());
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("Archive entry outside of the target directory: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(file.getParent());
                    Files.deleteIfExists(file);
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
                    if ((entry.getMode() & 0100) != 0) {
                        EmbeddedDatabase.restrict(file, "rwx------");
                    }
                }
            }
        }
        Files.createFile(target.resolve("complete"));
        return new PostgresBinaries(target);
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "Darwin" : "Linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name.equals("aarch64") || name.equals("arm64") ? "arm_64" : "x86_64";
    }

    String program(String name) {
        return directory.resolve("bin").resolve(name).toString();
    }

    /** Running PostgreSQL processes of this data directory, of any version. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::isOwn).toList();
    }

    /** Whether a process belongs to this data directory. */
    boolean isOwn(ProcessHandle process) {
        String prefix = directory.resolveSibling(FOLDER_PREFIX).toString();
        // Linux appends " (deleted)" if the file has been replaced.
        return process.info()
                .command()
                .filter(command -> command.startsWith(prefix) && command.contains("/bin/postgres"))
                .isPresent();
    }

    /** Runs a program and waits for it; fails if its exit code is not 0. */
    static void run(List<String> command, Path output) throws IOException {
        try {
            int code = start(command, output).waitFor();
            if (code != 0) {
                throw new IOException(
                        Path.of(command.get(0)).getFileName() + " exited with code " + code + "; see " + output);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted.", stop);
        }
    }

    /** Starts a program. PostgreSQL refuses to run as root, so root runs it in a new user namespace. */
    static Process start(List<String> command, Path output) throws IOException {
        List<String> whole = new ArrayList<>(command);
        if ("root".equals(System.getProperty("user.name"))) {
            if (!isInstalled("unshare")) {
                throw new IOException(
                        "PostgreSQL refuses to run as root. Run as another user, or set RUNLOG_DATABASE_URL");
            }
            whole.addAll(0, List.of("unshare", "-U"));
        }
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** Whether a program is in the PATH. */
    static boolean isInstalled(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory).resolve(program))) {
                return true;
            }
        }
        return false;
    }
}
