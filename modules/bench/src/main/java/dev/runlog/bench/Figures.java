package dev.runlog.bench;

import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.cleanup.CleanupSpeed;
import dev.runlog.bench.figure.cleanup.ExternalIdCleanup;
import dev.runlog.bench.figure.cleanup.PreviewTime;
import dev.runlog.bench.figure.cleanup.WhileCleaning;
import dev.runlog.bench.figure.footprint.DiskUse;
import dev.runlog.bench.figure.footprint.MemoryUse;
import dev.runlog.bench.figure.footprint.StartTime;
import dev.runlog.bench.figure.live.LiveLatency;
import dev.runlog.bench.figure.live.LiveMemory;
import dev.runlog.bench.figure.live.RecordingWhileWatched;
import dev.runlog.bench.figure.reading.EveryLoop;
import dev.runlog.bench.figure.reading.Facets;
import dev.runlog.bench.figure.reading.Growth;
import dev.runlog.bench.figure.reading.PageAgainstDatabase;
import dev.runlog.bench.figure.reading.PageAgainstPage;
import dev.runlog.bench.figure.reading.PageAgainstPostGraphile;
import dev.runlog.bench.figure.reading.RequestAgainstPage;
import dev.runlog.bench.figure.recording.BulkRecording;
import dev.runlog.bench.figure.recording.ExternalIdHistory;
import dev.runlog.bench.figure.recording.ExternalIdRecording;
import dev.runlog.bench.figure.recording.Mutations;
import dev.runlog.bench.figure.recording.ReadingWhileRecording;
import java.util.List;

/** All figures, in order of measurement: those that only read come first. */
public final class Figures {
    private Figures() {}

    static List<Figure> all() {
        return List.of(
                new DiskUse(),
                PageAgainstDatabase.byGraphql(),
                PageAgainstDatabase.byGraphqlAgainstPlainTable(),
                RequestAgainstPage.ofRealPage(),
                new PageAgainstPostGraphile(),
                RequestAgainstPage.ofWorkflows(),
                RequestAgainstPage.ofDetail(),
                RequestAgainstPage.ofStatistics(),
                new Facets(),
                new EveryLoop(),
                PageAgainstDatabase.byRest(),
                PageAgainstPage.deep(),
                PageAgainstPage.ofStatus("FAILED"),
                PageAgainstPage.ofStatus("RUNNING"),
                PageAgainstPage.ofRange(),
                PageAgainstPage.ofOwner(),
                PageAgainstPage.withTotalCount(),
                new Growth(),
                BulkRecording.ofComplete(),
                BulkRecording.ofLifecycles(),
                ExternalIdRecording.ofComplete(),
                ExternalIdRecording.ofLifecycles(),
                new ExternalIdHistory(),
                new Mutations(),
                new ReadingWhileRecording(),
                LiveLatency.idle(),
                LiveLatency.busy(),
                new RecordingWhileWatched(),
                new LiveMemory(),
                CleanupSpeed.byAge(),
                new ExternalIdCleanup(),
                CleanupSpeed.ofFailed(),
                WhileCleaning.ofReading(),
                WhileCleaning.ofRecording(),
                new PreviewTime(),
                new MemoryUse(),
                new StartTime());
    }
}
