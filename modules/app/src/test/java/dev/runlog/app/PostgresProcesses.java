package dev.runlog.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The processes of the embedded database in a data directory, for tests that stop and kill them. */
final class PostgresProcesses {
    private PostgresProcesses() {}

    static Optional<ProcessHandle> postmaster(Path directory) throws IOException {
        return Files.exists(pidFile(directory))
                ? ProcessHandle.of(Long.parseLong(pidFileLine(directory, 1)))
                : Optional.empty();
    }

    static int port(Path directory) throws IOException {
        return Integer.parseInt(pidFileLine(directory, 4));
    }

    /** The postmaster first, so that it starts no more of them. */
    static List<ProcessHandle> all(Path directory) throws IOException {
        ProcessHandle postmaster = postmaster(directory).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(List.of(postmaster));
        postmaster.descendants().forEach(all::add);
        return all;
    }

    /** Sends a signal, such as STOP; ignores processes that have exited. */
    static void signal(String name, List<ProcessHandle> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        new ProcessBuilder(command).start().waitFor();
    }

    static void awaitExit(List<ProcessHandle> processes) {
        RunningServer.awaitThat(() -> processes.stream().noneMatch(PostgresProcesses::runs));
    }

    /**
     * Whether a process has not exited. A zombie has: until it is reaped it counts as alive, and an orphan in a container
     * may wait long for that. It has no command any more.
     */
    static boolean runs(ProcessHandle process) {
        return process.info().command().isPresent();
    }

    private static Path pidFile(Path directory) {
        return directory.resolve("postgres/postmaster.pid");
    }

    /** A line of postmaster.pid, counted from 1. */
    private static String pidFileLine(Path directory, int number) throws IOException {
        return Files.readAllLines(pidFile(directory)).get(number - 1).trim();
    }
}
