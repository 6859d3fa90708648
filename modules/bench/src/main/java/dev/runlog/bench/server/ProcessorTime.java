package dev.runlog.bench.server;

import dev.runlog.bench.database.Postgres;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Processor time used so far, in seconds, from Linux's /proc.
 *
 * @param server of the server, including threads that have ended
 * @param threads of the server's threads, by ID
 * @param database of all processes of the database; null if it runs elsewhere
 * @param idle time in which cores of the machine had nothing to do
 * @param nanos when it was read, by {@link System#nanoTime}
 */
public record ProcessorTime(
        double server,
        Map<Long, ThreadTime> threads,
        @Nullable Double database,
        double idle,
        long nanos) {
    private static final Path PROC = Path.of("/proc");
    /** USER_HZ, which is 100 on every common architecture: see proc(5). */
    private static final double TICKS_PER_SECOND = 100;

    public ProcessorTime {
        threads = Map.copyOf(threads);
    }

    /** @param name cut to 15 characters by the kernel */
    record ThreadTime(String name, double seconds) {}

    /**
     * Reads the current values; empty if this is not Linux or the server has exited.
     *
     * @param database ID of the database's main process; null if it runs elsewhere
     */
    public static Optional<ProcessorTime> read(long server, @Nullable Long database) {
        try {
            Path directory = PROC.resolve(Long.toString(server));
            Map<Long, ThreadTime> threads = new HashMap<>();
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(directory.resolve("task"))) {
                for (Path task : tasks) {
                    stat(task)
                            .ifPresent(stat -> threads.put(
                                    Long.parseLong(task.getFileName().toString()),
                                    new ThreadTime(stat.name(), stat.own())));
                }
            }
            String cores = Files.readAllLines(PROC.resolve("stat")).get(0);
            return Optional.of(new ProcessorTime(
                    Stat.parse(Files.readString(directory.resolve("stat"))).own(),
                    threads,
                    database == null ? null : withChildren(database),
                    idleSeconds(cores),
                    System.nanoTime()));
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    /** The main process of a database on this machine, which is the parent of each connection's process. */
    public static @Nullable Long mainProcess(Postgres database) {
        return database.withBackend(pid -> stat(PROC.resolve(Long.toString(pid)))
                .filter(stat -> stat.name().startsWith("postgres"))
                .map(Stat::parent)
                .orElse(null));
    }

    /**
     * Cores in use since an earlier reading.
     *
     * @param loadSeconds duration of the load, which is shorter than the time between the readings
     * @param clientSeconds processor time of the client
     */
    public Cores since(ProcessorTime before, double loadSeconds, double clientSeconds) {
        Map<Long, Double> cores = new HashMap<>();
        threads.forEach((id, thread) -> {
            ThreadTime earlier = before.threads.get(id);
            cores.put(id, (thread.seconds() - (earlier == null ? 0 : earlier.seconds())) / loadSeconds);
        });
        return new Cores(
                clientSeconds / loadSeconds,
                (server - before.server) / loadSeconds,
                cores,
                database == null || before.database == null ? null : (database - before.database) / loadSeconds,
                (idle - before.idle) * 1e9 / (nanos - before.nanos));
    }

    /** The children's time includes those that have ended, which their parent has waited for. */
    private static double withChildren(long parent) throws IOException {
        double sum = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                boolean isParent = process.getFileName().toString().equals(Long.toString(parent));
                sum += stat(process)
                        .filter(stat -> isParent || stat.parent() == parent)
                        .map(stat -> isParent ? stat.own() + stat.ended() : stat.own())
                        .orElse(0.0);
            }
        }
        return sum;
    }

    /** Fields 5 and 6 of the line of all cores: idle, and waiting for disks. */
    static double idleSeconds(String line) {
        String[] fields = line.trim().split(" +", -1);
        return (Long.parseLong(fields[4]) + Long.parseLong(fields[5])) / TICKS_PER_SECOND;
    }

    private static Optional<Stat> stat(Path processOrThread) {
        try {
            return Optional.of(Stat.parse(Files.readString(processOrThread.resolve("stat"))));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    /**
     * A line of /proc/PID/stat.
     *
     * @param own processor time in seconds
     * @param ended of children that have ended
     */
    record Stat(String name, long parent, double own, double ended) {
        private static final int PARENT = 1;
        private static final int USER = 11;
        private static final int SYSTEM = 12;
        private static final int CHILDREN_USER = 13;
        private static final int CHILDREN_SYSTEM = 14;

        /** The name may contain spaces and parentheses, so fields are counted from the last one. */
        static Stat parse(String line) {
            int end = line.lastIndexOf(')');
            String[] fields = line.substring(end + 2).split(" ", -1);
            return new Stat(
                    line.substring(line.indexOf('(') + 1, end),
                    Long.parseLong(fields[PARENT]),
                    seconds(fields[USER], fields[SYSTEM]),
                    seconds(fields[CHILDREN_USER], fields[CHILDREN_SYSTEM]));
        }

        private static double seconds(String user, String system) {
            return (Long.parseLong(user) + Long.parseLong(system)) / TICKS_PER_SECOND;
        }
    }
}
