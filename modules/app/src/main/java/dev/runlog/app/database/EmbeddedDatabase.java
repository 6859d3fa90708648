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
 * A PostgreSQL server in the data directory. The library only provides the binaries, because it would turn off fsync
 * and passwords. This server is durable, listens only on a loopback port, and requires a password from a file that only
 * its user can read.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String USER = "runlog";
    private static final String NAME = "runlog";
    private static final long START_SECONDS = 60;
    private static final long KILL_SECONDS = 30;
    private static final String STARTING_UP = "57P03";
    static final int CONNECTIONS_MAX = 50;
    /** Size at which postgres.log is cut to its last megabyte. */
    private static final long LOG_BYTES_MAX = 16 << 20;

    /** Divisor of the memory of the machine or container. The manual suggests 4 for a dedicated server. */
    private static final int MEMORY_DIVISOR = 8;

    private static final long CACHE_MEGABYTES_MIN = 128;
    private static final long CACHE_MEGABYTES_MAX = 2048;

    private final FileChannel lockFile;
    private final PostgresBinaries binaries;
    private final Path data;
    private final String password;
    private final int connectionsMax;
    private int port;
    /** Size of the log at the last start of PostgreSQL. */
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

    /**
     * Starts PostgreSQL, and initialises it if necessary. Fails with a {@link StartFailure} if the directory is in use.
     */
    public static EmbeddedDatabase start(Path directory) {
        return start(directory, lock(directory), CONNECTIONS_MAX);
    }

    /** Starts PostgreSQL with a higher limit of connections than one Runlog needs. */
    public static EmbeddedDatabase start(Path directory, int connectionsMax) {
        return start(directory, lock(directory), connectionsMax);
    }

    /** Starts PostgreSQL in a directory that is already locked; unlocks it on failure. */
    static EmbeddedDatabase start(Path directory, FileChannel lock, int connectionsMax) {
        try {
            PostgresBinaries binaries = PostgresBinaries.unpack(directory);
            Path data = directory.resolve("postgres");
            EmbeddedDatabase database = new EmbeddedDatabase(lock, binaries, data, password(directory), connectionsMax);
            database.stopOrphans();
            if (!Files.exists(data.resolve("PG_VERSION"))) {
                database.initialise(directory);
            }
            database.port = freePort();
            database.launch();
            return database;
        } catch (IOException failure) {
            close(lock);
            throw new StartFailure(
                    "Cannot start the embedded database in " + directory + ": " + failure.getMessage(), failure);
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

    /** PostgreSQL's data directory. */
    Path data() {
        return data;
    }

    /** Waits for PostgreSQL to exit; returns false on timeout. */
    boolean awaitExit(Duration timeout) throws InterruptedException {
        return running().waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Exit code of PostgreSQL; 128 plus the signal number if a signal killed it. */
    int exitCode() {
        return running().exitValue();
    }

    /** Restarts PostgreSQL on the same port after it has exited; returns when it accepts connections. */
    void restart() throws IOException {
        stopOrphans();
        launch();
    }

    /** Returns the end of PostgreSQL's log since its start, on one line and without rows or statements. */
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

    /** Stops PostgreSQL cleanly; the next start needs no recovery. */
    @Override
    public void close() {
        if (running().isAlive()) {
            try {
                PostgresBinaries.run(pgCtl("stop", "-m", "fast", "-w", "-t", "30"), output());
            } catch (IOException failure) {
                log.warn("The embedded database did not stop cleanly: {}", failure.getMessage());
            }
        }
        close(lockFile);
    }

    /** Unlocks the directory but leaves PostgreSQL running, as if this process was killed. */
    public void abandon() {
        close(lockFile);
    }

    /** Creates the directory if necessary and locks it; fails if another process holds the lock. */
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
                    "Cannot write to the data directory " + directory + ": " + unwritable.getMessage(), unwritable);
        }
    }

    private static StartFailure inUse(Path directory) {
        return new StartFailure(
                "The data directory " + directory + " is in use by another Runlog. Stop it, or set RUNLOG_DATA_DIR.");
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

    /** Writes a file that only its user can read, from the moment it is created. */
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
        log.info("Initialising a database in {}", data);
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
     * Stops processes that a killed Runlog or postmaster left running. Backends that outlive their postmaster prevent
     * PostgreSQL from starting. Killing them is safe: they have no clients, and their commits are in the WAL.
     * postmaster.pid protects their shared memory, so it is deleted only after all of them have exited.
     */
    private void stopOrphans() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (postmaster(pidFile).filter(binaries::isOwn).isPresent()) {
            log.info("Stopping the database of a killed Runlog.");
            PostgresBinaries.run(pgCtl("stop", "-m", "fast", "-w", "-t", "60"), output());
        }
        List<ProcessHandle> left = binaries.processes();
        if (!left.isEmpty()) {
            log.info("Killing {} orphaned PostgreSQL processes.", left.size());
            left.forEach(ProcessHandle::destroyForcibly);
        }
        for (ProcessHandle process : left) {
            awaitExit(process);
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

    private void awaitExit(ProcessHandle process) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(KILL_SECONDS);
        // onExit would not do: without an init process in a container, an exited process may remain a zombie.
        while (binaries.isOwn(process)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Process " + process.pid() + " of the previous run does not exit");
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
        // In its own session, because Ctrl+C is for Runlog, which stops the database last.
        if (PostgresBinaries.isInstalled("setsid")) {
            command.add(0, "setsid");
        }
        capLog();
        logStart = Files.exists(output()) ? Files.size(output()) : 0;
        Process launched = PostgresBinaries.start(command, output());
        process = launched;
        awaitReady(launched);
    }

    /** Size of shared_buffers. The default of 128 MB makes pages a fifth slower (decision 4). */
    private static long cacheMegabytes() {
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20;
        return Math.max(CACHE_MEGABYTES_MIN, Math.min(memory / MEMORY_DIVISOR, CACHE_MEGABYTES_MAX));
    }

    /**
     * Waits without limit for recovery after a crash; the deadline applies while the server does not report that it is
     * starting.
     */
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
                            "PostgreSQL exited with code " + launched.exitValue() + ": " + lastWords() + "; see "
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
            log.debug("Cannot close the lock: {}", ignored.toString());
        }
    }
}
