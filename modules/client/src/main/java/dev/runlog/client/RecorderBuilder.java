package dev.runlog.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Settings of a recorder. */
public final class RecorderBuilder {
    /** Room for an event's short form, which is up to some 20 KB. */
    private static final int EVENT_MAX_BYTES_MIN = 64 << 10;

    private static final Duration LONGEST = Duration.ofDays(365);

    final URI server;
    final @Nullable String fixedToken;
    final Supplier<String> tokens;
    int bufferMax = 10_000;
    long bufferMaxBytes = 64L << 20;
    int eventMaxBytes = 1 << 20;
    Duration requestTimeout = Duration.ofSeconds(10);
    Duration giveUpAfter = Duration.ofMinutes(1);
    RecorderListener listener = new LoggingListener();
    /** Null for no spool. */
    @Nullable
    Path spoolDirectory;

    long spoolMaxBytes;

    RecorderBuilder(URI server, @Nullable String fixedToken, Supplier<String> tokens) {
        EventsClient.endpoint(Objects.requireNonNull(server, "server"));
        this.server = server;
        this.fixedToken = fixedToken;
        this.tokens = tokens;
    }

    /** Maximum number of events waiting or being sent. Default: 10,000. */
    public RecorderBuilder bufferMax(int events) {
        bufferMax = (int) atLeast(1, events, "bufferMax");
        return this;
    }

    /** Maximum memory for events waiting or being sent, at least twice eventMaxBytes. Default: 64 MiB. */
    public RecorderBuilder bufferMaxBytes(long bytes) {
        bufferMaxBytes = atLeast(1, bytes, "bufferMaxBytes");
        return this;
    }

    /**
     * Maximum size of one event. In a larger one, {@code {"truncated": "<type>"}} replaces the payload, result or
     * output. Default: 1 MiB, the same as the server's {@code http.body-max-bytes}.
     */
    public RecorderBuilder eventMaxBytes(int bytes) {
        eventMaxBytes = (int) atLeast(EVENT_MAX_BYTES_MIN, bytes, "eventMaxBytes");
        return this;
    }

    /** Timeout of a request. Default: 10 seconds. */
    public RecorderBuilder requestTimeout(Duration timeout) {
        requestTimeout = checked(timeout, "requestTimeout", Duration.ofMillis(1));
        return this;
    }

    /**
     * Time to retry a batch while the server is unavailable, unless it is in the {@link #spool}. Also limits
     * {@link Recorder#close}. Default: 1 minute.
     */
    public RecorderBuilder giveUpAfter(Duration time) {
        giveUpAfter = checked(time, "giveUpAfter", Duration.ZERO);
        return this;
    }

    public RecorderBuilder listener(RecorderListener value) {
        listener = Objects.requireNonNull(value, "listener");
        return this;
    }

    /**
     * Keeps events on disk while the server is unavailable or denies access. They are sent once it is back, before
     * later events, also after the process was restarted or killed. Without a spool, which is the default, events are
     * lost after {@link #giveUpAfter}.
     *
     * <p>The spool writes on the recorder's own thread: the application never waits for the disk. If the spool is full
     * or the disk fails, events wait in memory as without a spool, and {@link RecorderListener#onSpoolFailure} is
     * called. Heartbeats are not kept on disk. The files contain payloads and results as they were recorded, before the
     * server redacts secrets; only their owner may read them.
     *
     * @param directory used by one recorder at a time; created if missing
     * @param maxBytes maximum size of its files, at least twice eventMaxBytes
     */
    public RecorderBuilder spool(Path directory, long maxBytes) {
        spoolDirectory = Objects.requireNonNull(directory, "directory");
        spoolMaxBytes = atLeast(1, maxBytes, "maxBytes");
        return this;
    }

    /**
     * Starts the recorder.
     *
     * @throws IllegalArgumentException if bufferMaxBytes or the size of the spool is less than twice eventMaxBytes
     * @throws IllegalStateException if another recorder, of this process or another, uses the spool's directory
     */
    public Recorder build() {
        atLeast(2L * eventMaxBytes, bufferMaxBytes, "bufferMaxBytes");
        if (spoolDirectory != null) {
            atLeast(2L * eventMaxBytes, spoolMaxBytes, "spool maxBytes");
        }
        return new Recorder(this);
    }

    private static long atLeast(long min, long value, String name) {
        if (value < min) {
            throw new IllegalArgumentException("Invalid " + name + ": " + value + " (expected " + min + " or more).");
        }
        return value;
    }

    static Duration checked(Duration value, String name, Duration min) {
        Objects.requireNonNull(value, name);
        if (value.compareTo(min) < 0) {
            throw new IllegalArgumentException("Invalid " + name + ": " + value + " (expected " + min + " or more).");
        }
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }
}
