package dev.runlog.bench;

import java.util.List;

/** All figures, in order of measurement: those that only read come first. */
final class Figures {
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
                Cleanup.byAge(),
                new ExternalIdCleanup(),
                Cleanup.ofFailed(),
                WhileCleaning.ofReading(),
                WhileCleaning.ofRecording(),
                new CleanupPreview(),
                new MemoryUse(),
                new StartTime());
    }
}
