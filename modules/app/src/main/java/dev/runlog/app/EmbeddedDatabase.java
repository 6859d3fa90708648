package dev.runlog.app;

import com.sun.management.OperatingSystemMXBean;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of Runlog's own in the data directory. The library brings the binaries; they are run from here, as the
 * library itself would turn fsync and passwords off: this one is durable, listens on a loopback port only, and lets
 * nobody in without the password that stands in a file of its user's.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String USER = "runlog";
    private static final String NAME = "runlog";
    private static final long START_SECONDS = 60;
    private static final int CONNECTIONS_MAX = 50;
    /** Of the machine's memory, or of its container's. The manual says a quarter where nothing else runs. */
    private static final int MEMORY_PART = 8;

    private static final long CACHE_MEGABYTES_MIN = 128;
    private static final long CACHE_MEGABYTES_MAX = 2048;

    private final FileChannel lockFile;
    private final Path binaries;
    private final Path data;
    private final String password;
    private final int connectionsMax;
    private int port;

    private EmbeddedDatabase(FileChannel lockFile, Path binaries, Path data, String password, int connectionsMax) {
        this.lockFile = lockFile;
        this.binaries = binaries;
        this.data = data;
        this.password = password;
        this.connectionsMax = connectionsMax;
    }

    /** Starts it, made anew where there is none; fails with a {@link StartFailure} where the directory is in use. */
    static EmbeddedDatabase start(Path directory) {
        return start(directory, lock(directory), CONNECTIONS_MAX);
    }

    /** The same for more clients than one Runlog. */
    public static EmbeddedDatabase start(Path directory, int connectionsMax) {
        return start(directory, lock(directory), connectionsMax);
    }

    /** The same in a directory that is locked already; it is free again where this fails. */
    static EmbeddedDatabase start(Path directory, FileChannel lock) {
        return start(directory, lock, CONNECTIONS_MAX);
    }

    private static EmbeddedDatabase start(Path directory, FileChannel lock, int connectionsMax) {
        try {
            Path binaries = unpack(directory);
            Path data = directory.resolve("postgres");
            EmbeddedDatabase database = new EmbeddedDatabase(lock, binaries, data, password(directory), connectionsMax);
            database.stopLeftOver();
            if (!Files.exists(data.resolve("PG_VERSION"))) {
                database.initialise(directory);
            }
            database.launch(directory);
            return database;
        } catch (IOException failure) {
            close(lock);
            throw new StartFailure(
                    "The embedded database in " + directory + " cannot start: " + failure.getMessage(), failure);
        } catch (RuntimeException failure) {
            close(lock);
            throw failure;
        }
    }

    public String url() {
        return "postgresql://" + USER + ":" + password + "@127.0.0.1:" + port + "/" + NAME;
    }

    int port() {
        return port;
    }

    private Path output() {
        return data.resolveSibling("postgres.log");
    }

    /** Ends it in order: everything is on disk and the next start needs no recovery. */
    @Override
    public void close() {
        try {
            run(pgCtl("stop", "-m", "fast", "-w", "-t", "30"), output());
        } catch (IOException failure) {
            log.warn("The embedded database did not stop in order: {}", failure.getMessage());
        }
        close(lockFile);
    }

    /** Lets go of the directory and leaves PostgreSQL running, as a kill of this process does. */
    void abandon() {
        close(lockFile);
    }

    /** Makes the directory where there is none, and makes it ours; fails where it is another's. */
    static FileChannel lock(Path directory) {
        try {
            Files.createDirectories(directory);
            restrict(directory, "rwx------");
            FileChannel channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                close(channel);
                throw inUse(directory);
            }
            return channel;
        } catch (OverlappingFileLockException here) {
            throw inUse(directory);
        } catch (IOException unwritable) {
            throw new StartFailure(
                    "The data directory " + directory + " cannot be written: " + unwritable.getMessage(), unwritable);
        }
    }

    private static StartFailure inUse(Path directory) {
        return new StartFailure("The data directory " + directory
                + " is in use by another Runlog; stop that one, or set RUNLOG_DATA_DIR.");
    }

    /** Unpacks the binaries of this machine once for each of their versions. */
    private static Path unpack(Path directory) throws IOException {
        String version = DefaultPostgresBinaryResolver.class.getPackage().getImplementationVersion();
        Path target = directory.resolve("postgres-binaries-" + (version == null ? "current" : version));
        if (Files.exists(target.resolve("complete"))) {
            return target;
        }
        log.info("Unpacking PostgreSQL into {}", target);
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), architecture());
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("An entry leads elsewhere: " + entry.getName());
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
                        restrict(file, "rwx------");
                    }
                }
            }
        }
        Files.createFile(target.resolve("complete"));
        return target;
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "Darwin" : "Linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name.equals("aarch64") || name.equals("arm64") ? "arm_64" : "x86_64";
    }

    private static String password(Path directory) throws IOException {
        Path file = directory.resolve("postgres-password");
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            writePrivately(file, HexFormat.of().formatHex(random));
        }
        return Files.readString(file);
    }

    /** Writes a file that nobody but its user may read, not even for a moment. */
    static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text);
    }

    private static void restrict(Path file, String permissions) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        }
    }

    private void initialise(Path directory) throws IOException {
        log.info("Making a database in {}", data);
        run(
                List.of(
                        program("initdb"),
                        "-D",
                        data.toString(),
                        "-U",
                        USER,
                        "-E",
                        "UTF8",
                        "--locale=C",
                        "--auth=scram-sha-256",
                        "--pwfile=" + directory.resolve("postgres-password")),
                directory.resolve("postgres.log"));
    }

    /** A server whose Runlog was killed still runs, and its successor could not. */
    private void stopLeftOver() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
        boolean isPostgres = ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .map(command -> command.endsWith("postgres"))
                .orElse(false);
        if (isPostgres) {
            log.info("Stopping the database that a killed Runlog has left behind.");
            run(pgCtl("stop", "-m", "fast", "-w", "-t", "60"), output());
        } else {
            Files.delete(pidFile);
        }
    }

    private void launch(Path directory) throws IOException {
        port = freePort();
        List<String> command = new ArrayList<>(List.of(
                program("postgres"),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "full_page_writes=on",
                "-c",
                "max_connections=" + connectionsMax,
                "-c",
                "shared_buffers=" + cacheMegabytes() + "MB",
                "-c",
                "max_locks_per_transaction=256",
                "-c",
                "timezone=UTC"));
        // A session of its own: Ctrl+C is for Runlog, which then stops its database last.
        if (isThere("setsid")) {
            command.add(0, "setsid");
        }
        Path output = directory.resolve("postgres.log");
        Process process = start(command, output);
        awaitReady(process, output);
    }

    /** What the server keeps of its files; its default of 128 MB took a page a fifth longer (decision 4). */
    private static long cacheMegabytes() {
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20;
        return Math.max(CACHE_MEGABYTES_MIN, Math.min(memory / MEMORY_PART, CACHE_MEGABYTES_MAX));
    }

    private void awaitReady(Process process, Path output) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (Connection connection = DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + port + "/postgres", USER, password);
                    Statement statement = connection.createStatement()) {
                try (ResultSet found =
                        statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                    if (found.next()) {
                        return;
                    }
                }
                statement.execute("CREATE DATABASE " + NAME);
                return;
            } catch (SQLException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(notYet.getMessage() + "; see " + output, notYet);
                }
            }
            pause();
        }
    }

    private List<String> pgCtl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program("pg_ctl"), "-D", data.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private String program(String name) {
        return binaries.resolve("bin").resolve(name).toString();
    }

    private static void run(List<String> command, Path output) throws IOException {
        try {
            int code = start(command, output).waitFor();
            if (code != 0) {
                throw new IOException(
                        Path.of(command.get(0)).getFileName() + " ended with " + code + "; see " + output);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted.", stop);
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace of its own, root is nobody in particular. */
    private static Process start(List<String> command, Path output) throws IOException {
        List<String> whole = new ArrayList<>(command);
        if ("root".equals(System.getProperty("user.name"))) {
            if (!isThere("unshare")) {
                throw new IOException(
                        "PostgreSQL refuses to run as root; run as another user, or set RUNLOG_DATABASE_URL");
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

    private static boolean isThere(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory).resolve(program))) {
                return true;
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted.", stop);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            log.debug("The lock was not closed: {}", ignored.toString());
        }
    }
}
