package dev.runlog.app.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system in memory that can be filled and emptied. Only root may make one; elsewhere the test is skipped. */
public record SmallDisk(Path directory) implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    /** Mounts one with an initialised database. */
    public static SmallDisk withDatabase(Path directory, int megabytes) throws IOException {
        SmallDisk disk = mount(directory, megabytes);
        DatabaseDirectory.copyInto(directory);
        return disk;
    }

    /** Mounts an empty one. */
    static SmallDisk mount(Path directory, int megabytes) {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "runlog-test", directory.toString()) == 0,
                "Skipped: a small file system can only be mounted as root, on Linux.");
        return new SmallDisk(directory);
    }

    /** Takes up space, or gives some back, until this much is free. */
    public void leave(long bytes) throws IOException {
        try (FileChannel ballast =
                FileChannel.open(directory.resolve("ballast"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ballast.truncate(Math.max(0, ballast.size() - Math.max(0, bytes - free())));
            ballast.position(ballast.size());
            while (free() > bytes) {
                ballast.write(ByteBuffer.allocate((int) Math.min(CHUNK, free() - bytes)));
            }
        }
    }

    /** Gives back what was taken up. */
    public void empty() throws IOException {
        Files.delete(directory.resolve("ballast"));
    }

    long free() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public void close() {
        assertThat(run("umount", directory.toString())).isZero();
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException absent) {
            return 127;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }
}
