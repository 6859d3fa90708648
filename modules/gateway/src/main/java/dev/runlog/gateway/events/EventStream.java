package dev.runlog.gateway.events;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.body.ByteBudget;
import dev.runlog.gateway.body.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One body on its way to recording: its bytes become events, events become requests of a bounded size, and the client is
 * read no faster than they are recorded.
 */
final class EventStream implements RequestBody.Receiver {
    private static final int EVENTS_PER_REQUEST = 1000;
    private static final int BYTES_PER_REQUEST = 4 << 20;
    private static final int REQUESTS_UNDER_WAY_MAX = 4;
    /** Memory of an event besides its texts, roughly. */
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
    private long bytesGathered;
    private long bytesRead;
    private int number;
    private int underWay;
    private boolean ended;

    /**
     * @param share counts what was read and not handed on to recording, which counts what waits there
     * @param isArray whether the body is a JSON array of events, or one event; else it is an event a line
     */
    EventStream(
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

    /** Reads to the end, or to the first failure that is not an event's own. */
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

    /** What was handed on is recorded, and is reported unless nobody is there to answer. */
    @Override
    public void onFailure(Throwable failure) {
        if (failure instanceof HttpClosedException) {
            ended = true;
            forget();
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
            stop(RunlogException.badInput("The body is larger than http.events-body-max-bytes, "
                    + config.eventsBodyMaxBytes() + " bytes; " + unit.toLowerCase(Locale.ROOT) + "s from "
                    + (number + 1) + " on were not read."));
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
            bytesGathered += length + EVENT_OVERHEAD_BYTES;
        } catch (RunlogException refused) {
            report.reject(number, refused.code(), refused.getMessage());
        }
        if (events.size() >= EVENTS_PER_REQUEST || bytesGathered >= BYTES_PER_REQUEST) {
            flush();
        }
    }

    private RunlogException tooLong() {
        return RunlogException.badInput(unit + " " + (number + 1) + " is longer than http.body-max-bytes, "
                + config.bodyMaxBytes() + " bytes; it and the " + unit.toLowerCase(Locale.ROOT)
                + "s after it were not read.");
    }

    private boolean reserve() {
        return share.resize(bytesGathered + splitter.bytesHeld() + body.overheadBytes());
    }

    private void flush() {
        if (events.isEmpty()) {
            return;
        }
        int[] sent = numbers;
        underWay++;
        if (underWay >= REQUESTS_UNDER_WAY_MAX) {
            body.pause();
        }
        bus.request(new RecordEvents(viewer, events)).onComplete(recorded -> {
            underWay--;
            if (recorded.succeeded()) {
                report.add(sent, recorded.result().outcomes());
                body.resume();
            } else {
                stop(recorded.cause());
            }
            finishIfDone();
        });
        forget();
    }

    private void forget() {
        events = new ArrayList<>(EVENTS_PER_REQUEST);
        numbers = new int[EVENTS_PER_REQUEST];
        bytesGathered = 0;
    }

    /** Takes no more events; those that were read are still recorded and reported. */
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
        if (ended && underWay == 0) {
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
