package dev.runlog.gateway.events;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.event.EventReader;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.gateway.body.RequestBody;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.memory.ByteBudget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Records the events of one body. Bytes become events, and events become requests of a bounded size. The client is read
 * no faster than its events are recorded.
 */
final class EventUpload implements RequestBody.Receiver {
    private static final int EVENTS_PER_REQUEST = 1000;
    private static final int BYTES_PER_REQUEST = 4 << 20;
    private static final int REQUESTS_IN_PROGRESS_MAX = 4;
    /** Approximate memory of an event besides its text. */
    private static final int EVENT_OVERHEAD_BYTES = 300;

    private final Bus bus;
    private final Viewer viewer;
    private final GatewayConfig.Http config;
    private final RequestBody body;
    private final ByteBudget.Share share;
    private final EventSplitter splitter;
    private final String unit;
    private final EventsReport report = new EventsReport();
    private final Promise<EventsReport> done = Promise.promise();

    private List<RecordingEvent> events = new ArrayList<>();
    private int[] numbers = new int[EVENTS_PER_REQUEST];
    private long bytesCollected;
    private long bytesRead;
    private int number;
    private int inProgress;
    private boolean ended;

    /**
     * @param share counts bytes that were read and not yet sent to recording, which has a bound of its own
     * @param isArray whether the body is a JSON array of events, or a single event; otherwise each line is an event
     */
    EventUpload(
            Bus bus,
            Viewer viewer,
            GatewayConfig.Http config,
            RequestBody body,
            ByteBudget.Share share,
            boolean isArray) {
        this.bus = bus;
        this.viewer = viewer;
        this.config = config;
        this.body = body;
        this.share = share;
        this.splitter = isArray ? new ArraySplitter(this::onEvent) : new LineSplitter(this::onEvent);
        this.unit = isArray ? "Event" : "Line";
    }

    /** Reads to the end, or to the first failure that concerns the body as a whole. */
    Future<EventsReport> read() {
        if (reserve()) {
            body.read(this);
        } else {
            stop(ByteBudget.exhausted());
        }
        return done.future();
    }

    @Override
    public void onChunk(Buffer chunk) {
        if (ended) {
            return;
        }
        try {
            splitter.add(chunk);
        } catch (RunlogException malformed) {
            stop(malformed);
        }
        if (!ended && splitter.bytesHeld() > config.bodyMaxBytes()) {
            stop(tooLong());
        }
        if (!ended && !reserve()) {
            flush();
            if (!reserve()) {
                stop(ByteBudget.exhausted());
            }
        }
    }

    @Override
    public void onEnd() {
        if (ended) {
            return;
        }
        try {
            splitter.end();
        } catch (RunlogException malformed) {
            stop(malformed);
            return;
        }
        ended = true;
        flush();
        finishIfDone();
    }

    /** Events that were sent are recorded, and reported unless the client has disconnected. */
    @Override
    public void onFailure(Throwable failure) {
        if (failure instanceof HttpClosedException) {
            ended = true;
            clear();
            share.release();
            done.tryFail(failure);
        } else {
            stop(failure);
        }
    }

    private void onEvent(byte[] bytes, int start, int length) {
        if (ended) {
            return;
        }
        number++;
        bytesRead += length + 1L;
        if (bytesRead > config.eventsBodyMaxBytes()) {
            number--;
            stop(RunlogException.badInput("The body is too large (at most " + config.eventsBodyMaxBytes()
                    + " bytes, http.events-body-max-bytes). Recording stopped before " + unit.toLowerCase(Locale.ROOT)
                    + " " + (number + 1) + "."));
            return;
        }
        if (length > config.bodyMaxBytes()) {
            number--;
            stop(tooLong());
            return;
        }
        if (isBlank(bytes, start, length)) {
            return;
        }
        try {
            events.add(EventReader.read(bytes, start, length));
            numbers[events.size() - 1] = number;
            bytesCollected += length + EVENT_OVERHEAD_BYTES;
        } catch (RunlogException refused) {
            report.reject(number, refused.code(), refused.getMessage());
        }
        if (events.size() >= EVENTS_PER_REQUEST || bytesCollected >= BYTES_PER_REQUEST) {
            flush();
        }
    }

    private RunlogException tooLong() {
        return RunlogException.badInput(unit + " " + (number + 1) + " is too long (at most " + config.bodyMaxBytes()
                + " bytes, http.body-max-bytes). Recording stopped before it.");
    }

    private boolean reserve() {
        return share.resize(bytesCollected + splitter.bytesHeld() + body.overheadBytes());
    }

    private void flush() {
        if (events.isEmpty()) {
            return;
        }
        int[] sent = numbers;
        inProgress++;
        if (inProgress >= REQUESTS_IN_PROGRESS_MAX) {
            body.pause();
        }
        bus.request(new RecordEvents(viewer, events)).onComplete(recorded -> {
            inProgress--;
            if (recorded.succeeded()) {
                report.add(sent, recorded.result().outcomes());
                body.resume();
            } else {
                stop(recorded.cause());
            }
            finishIfDone();
        });
        clear();
    }

    private void clear() {
        events = new ArrayList<>(EVENTS_PER_REQUEST);
        numbers = new int[EVENTS_PER_REQUEST];
        bytesCollected = 0;
    }

    /** Stops reading. Events that were read are still recorded and reported. */
    private void stop(Throwable why) {
        report.fail(why);
        body.stop();
        if (!ended) {
            ended = true;
            flush();
        }
        finishIfDone();
    }

    private void finishIfDone() {
        if (ended && inProgress == 0) {
            share.release();
            done.tryComplete(report);
        }
    }

    private static boolean isBlank(byte[] bytes, int start, int length) {
        for (int at = start; at < start + length; at++) {
            if (bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\r') {
                return false;
            }
        }
        return true;
    }
}
