package dev.runlog.client;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on disk, in numbered files of {@link SpoolLines}, oldest first. A file is deleted once all its events are
 * removed, so after a crash some may be sent again.
 *
 * <p>Not thread-safe. Not interruptible: an interrupt would close a FileChannel in the middle of a write.
 */
final class Spool {
    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    /** Files are this large, so that the space of sent events is soon free. */
    private static final long FILE_MAX_BYTES = 4 << 20;

    private static final int FILES_MIN = 8;
    private static final String FILE_NAME = "[0-9]{19}\\.ndjson";

    /** Another recorder uses the directory. */
    static final class InUse extends IOException {
        private static final long serialVersionUID = 1L;

        private InUse(Path directory) {
            super("The spool " + directory + " is in use by another recorder. Give each its own directory.");
        }
    }

    private static final class File {
        final Path path;
        long bytes;

        File(Path path, long bytes) {
            this.path = path;
            this.bytes = bytes;
        }
    }

    private final Path directory;
    private final long maxBytes;
    private final Deque<File> files = new ArrayDeque<>();
    /** Events of the first file that are not removed yet; empty if the file has not been read. */
    private final Deque<Event> first = new ArrayDeque<>();

    private long bytes;
    private long lastNumber;
    private @Nullable RandomAccessFile lock;
    /** The last file, while more is written to it. */
    private @Nullable RandomAccessFile writer;

    Spool(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
    }

    /** Locks the directory and finds the events that are there. */
    void open() throws IOException {
        if (lock != null) {
            return;
        }
        Files.createDirectories(directory, ownerOnly("rwx------"));
        RandomAccessFile lockFile =
                new RandomAccessFile(directory.resolve("lock").toFile(), "rw");
        try {
            FileLock held = lockFile.getChannel().tryLock();
            if (held == null) {
                throw new InUse(directory);
            }
            list();
            lock = lockFile;
        } catch (OverlappingFileLockException inThisProcess) {
            throw new InUse(directory);
        } finally {
            if (lock == null) {
                lockFile.close();
            }
        }
    }

    private void list() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path path : all.filter(path -> path.getFileName().toString().matches(FILE_NAME))
                    .sorted()
                    .toList()) {
                add(new File(path, Files.size(path)));
                lastNumber = Long.parseLong(path.getFileName().toString().replace(".ndjson", ""));
            }
        }
    }

    private void add(File file) {
        files.add(file);
        bytes += file.bytes;
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /** Whether there are more events than the first ones of the first file. */
    boolean hasMoreThan(int events) {
        return files.size() > 1 || first.size() > events;
    }

    /** Writes events to the disk, all or none. */
    void append(List<Event> events) throws IOException {
        open();
        byte[] lines = SpoolLines.write(events);
        if (lines.length > maxBytes - bytes) {
            throw new IOException("The spool " + directory + " is full (" + maxBytes + " bytes).");
        }
        RandomAccessFile out = writer == null || files.getLast().bytes >= fileMaxBytes() ? startFile() : writer;
        File file = files.getLast();
        try {
            out.write(lines);
            out.getFD().sync();
        } catch (IOException failure) {
            undo(out, file);
            throw failure;
        }
        file.bytes += lines.length;
        bytes += lines.length;
    }

    private long fileMaxBytes() {
        return Math.min(FILE_MAX_BYTES, maxBytes / FILES_MIN);
    }

    private RandomAccessFile startFile() throws IOException {
        stopWriting();
        Path path = directory.resolve(String.format(Locale.ROOT, "%019d.ndjson", lastNumber + 1));
        Files.createFile(path, ownerOnly("rw-------"));
        lastNumber++;
        RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw");
        files.add(new File(path, 0));
        writer = out;
        return out;
    }

    /** Removes what was written of some events. If that fails, too, reading ignores the last, incomplete line. */
    private void undo(RandomAccessFile out, File file) {
        try {
            out.setLength(file.bytes);
        } catch (IOException failure) {
            stopWriting();
        }
        if (file.bytes == 0) {
            stopWriting();
            files.removeLast();
            delete(file);
        }
    }

    private void stopWriting() {
        closeQuietly(writer);
        writer = null;
    }

    /**
     * Returns the oldest events, as many as fit into a request. They stay until {@link #remove}. None if the file had no
     * complete line.
     *
     * @throws IOException if a file cannot be read; it is left out from now on
     */
    List<Event> first(int eventsMax, long linesMaxBytes) throws IOException {
        if (first.isEmpty()) {
            read(files.getFirst());
        }
        List<Event> batch = new ArrayList<>();
        long size = 0;
        for (Event event : first) {
            size += event.line().length + 1L;
            if (batch.size() == eventsMax || size > linesMaxBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(event);
        }
        return batch;
    }

    private void read(File file) throws IOException {
        if (files.size() == 1) {
            stopWriting();
        }
        try (FileInputStream in = new FileInputStream(file.path.toFile())) {
            first.addAll(SpoolLines.read(in.readAllBytes()));
        } catch (IOException unreadable) {
            forget(file);
            throw unreadable;
        }
        if (first.isEmpty()) {
            forget(file);
            delete(file);
        }
    }

    /** Removes the oldest events. */
    void remove(int events) {
        for (int i = 0; i < events; i++) {
            first.remove();
        }
        if (first.isEmpty() && events > 0) {
            File file = files.getFirst();
            forget(file);
            delete(file);
        }
    }

    private void forget(File file) {
        files.remove(file);
        bytes -= file.bytes;
    }

    private static void delete(File file) {
        try {
            Files.deleteIfExists(file.path);
        } catch (IOException stays) {
            log.warn("Cannot delete {}; its events will be sent again after a restart.", file.path, stays);
        }
    }

    /** Leaves the events to the next recorder. */
    void close() {
        stopWriting();
        closeQuietly(lock);
        lock = null;
    }

    private static void closeQuietly(@Nullable RandomAccessFile file) {
        if (file != null) {
            try {
                file.close();
            } catch (IOException failure) {
                log.debug("Cannot close a file of the spool.", failure);
            }
        }
    }

    private FileAttribute<?>[] ownerOnly(String permissions) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
