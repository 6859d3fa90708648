package dev.runlog.app.database;

import com.sun.management.OperatingSystemMXBean;
import dev.runlog.app.config.StartFailure;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    private static final long KILL_SECONDS = 30;
    private static final String STARTING_UP = "57P03";
    private static final int CONNECTIONS_MAX = 50;
    /** Of postgres.log; the last megabyte is kept. */
    private static final long LOG_BYTES_MAX = 16 << 20;

    /** Of the machine's memory, or of its container's. The manual says a quarter where nothing else runs. */
    private static final int MEMORY_PART = 8;

    private static final long CACHE_MEGABYTES_MIN = 128;
    private static final long CACHE_MEGABYTES_MAX = 2048;

    private final FileChannel lockFile;
    private final PostgresBinaries binaries;
    private final Path data;
    private final String password;
    private final int connectionsMax;
    private int port;
    /** Size of the log when PostgreSQL was last started. */
    private long logStart;

    private @Nullable Process process;

    private EmbeddedDatabase(
            FileChannel lockFile, PostgresBinaries binaries, Path data, String password, int connectionsMax) {
        this.lockFile = lockFile;
        this.binaries = binaries;
        this.data = data;
        this.password = password;
        this.connectionsMax = connectionsMax;
    }

    /** Starts it, made anew where there is none; fails with a {@link StartFailure} where the directory is in use. */
    public static EmbeddedDatabase start(Path directory) {
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
            PostgresBinaries binaries = PostgresBinaries.unpack(directory);
            Path data = directory.resolve("postgres");
            EmbeddedDatabase database = new EmbeddedDatabase(lock, binaries, data, password(directory), connectionsMax);
            database.stopLeftOver();
            if (!Files.exists(data.resolve("PG_VERSION"))) {
                database.initialise(directory);
            }
            database.port = freePort();
            database.launch();
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

    public int port() {
        return port;
    }

    private Path output() {
        return data.resolveSibling("postgres.log");
    }

    /** The directory of PostgreSQL's files. */
    Path data() {
        return data;
    }

    /** Waits for PostgreSQL to end, at most this long, and returns whether it has. */
    boolean awaitExit(Duration patience) throws InterruptedException {
        return running().waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The exit code of a PostgreSQL that has ended; 128 and the signal's number if a signal ended it. */
    int exitCode() {
        return running().exitValue();
    }

    /** Starts PostgreSQL again, on the same port, after it has ended; returns when it accepts connections. */
    void restart() throws IOException {
        stopLeftOver();
        launch();
    }

    /** The end of what PostgreSQL has logged since it was started, on one line and without rows or statements. */
    public String lastWords() {
        return LogTail.since(output(), logStart);
    }

    /** Bounds PostgreSQL's log; to be called now and then. */
    void capLog() {
        try {
            if (LogTail.cap(output(), LOG_BYTES_MAX)) {
                logStart = 0;
            }
        } catch (IOException failure) {
            log.debug("The log of the embedded database was not cut: {}", failure.toString());
        }
    }

    private Process running() {
        return Objects.requireNonNull(process);
    }

    /** Stops PostgreSQL cleanly: everything is on disk, and the next start needs no recovery. */
    @Override
    public void close() {
        if (running().isAlive()) {
            try {
                PostgresBinaries.run(pgCtl("stop", "-m", "fast", "-w", "-t", "30"), output());
            } catch (IOException failure) {
                log.warn("The embedded database did not stop in order: {}", failure.getMessage());
            }
        }
        close(lockFile);
    }

    /** Lets go of the directory and leaves PostgreSQL running, as a kill of this process does. */
    public void abandon() {
        close(lockFile);
    }

    /** Makes the directory where there is none, and makes it ours; fails where it is another's. */
    public static FileChannel lock(Path directory) {
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
    public static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text);
    }

    static void restrict(Path file, String permissions) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        }
    }

    private void initialise(Path directory) throws IOException {
        log.info("Making a database in {}", data);
        PostgresBinaries.run(
                List.of(
                        binaries.program("initdb"),
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

    /**
     * Ends what a killed Runlog or a killed postmaster has left running. Backends that outlive their postmaster keep
     * PostgreSQL from starting. They are killed: nobody reads their answers any more, and what they have committed is in
     * the WAL. postmaster.pid is deleted only when none of them is left, as it protects their shared memory.
     */
    private void stopLeftOver() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (postmaster(pidFile).filter(binaries::isOwn).isPresent()) {
            log.info("Stopping the database that a killed Runlog has left behind.");
            PostgresBinaries.run(pgCtl("stop", "-m", "fast", "-w", "-t", "60"), output());
        }
        List<ProcessHandle> left = binaries.processes();
        if (!left.isEmpty()) {
            log.info("Killing {} processes that a killed PostgreSQL has left behind.", left.size());
            left.forEach(ProcessHandle::destroyForcibly);
        }
        for (ProcessHandle process : left) {
            awaitEnd(process);
        }
        Files.deleteIfExists(pidFile);
    }

    private static Optional<ProcessHandle> postmaster(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        // It is empty if the disk was full.
        List<String> lines = Files.readAllLines(pidFile);
        return lines.isEmpty() || !lines.get(0).trim().matches("\\d{1,18}")
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.get(0).trim()));
    }

    private void awaitEnd(ProcessHandle process) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(KILL_SECONDS);
        // Not by onExit: in a container without an init process, what has ended may stay a zombie for good.
        while (binaries.isOwn(process)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Process " + process.pid() + " of the previous run does not end");
            }
            pause();
        }
    }

    private void launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                binaries.program("postgres"),
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
        if (PostgresBinaries.isInstalled("setsid")) {
            command.add(0, "setsid");
        }
        capLog();
        logStart = Files.exists(output()) ? Files.size(output()) : 0;
        Process launched = PostgresBinaries.start(command, output());
        process = launched;
        awaitReady(launched);
    }

    /** What the server keeps of its files; its default of 128 MB took a page a fifth longer (decision 4). */
    private static long cacheMegabytes() {
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20;
        return Math.max(CACHE_MEGABYTES_MIN, Math.min(memory / MEMORY_PART, CACHE_MEGABYTES_MAX));
    }

    /** Recovery after a crash takes as long as it takes: the deadline is for a server that does not say it is starting. */
    private void awaitReady(Process launched) throws IOException {
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
                if (STARTING_UP.equals(notYet.getSQLState())) {
                    deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
                }
                if (!launched.isAlive()) {
                    throw new IOException(
                            "PostgreSQL ended with code " + launched.exitValue() + ": " + lastWords() + "; see "
                                    + output(),
                            notYet);
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException(notYet.getMessage() + "; see " + output(), notYet);
                }
            }
            pause();
        }
    }

    private List<String> pgCtl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(binaries.program("pg_ctl"), "-D", data.toString()));
        command.addAll(List.of(arguments));
        return command;
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
