package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events on disk: their order, bounds and what a crash may leave. */
final class SpoolTest {
    private static final int MAX_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private Spool spool = new Spool(Path.of("unused"), 0);

    @AfterEach
    void close() {
        spool.close();
    }

    @Test
    void returnsEventsInOrderAcrossFilesAndRestarts() throws Exception {
        open();
        for (int i = 0; i < 40_000; i += 1000) {
            spool.append(events(i, i + 1000));
        }
        assertThat(files()).hasSizeGreaterThan(2);
        open();
        spool.append(events(40_000, 40_001));

        assertThat(removeAll()).isEqualTo(lines(0, 40_001));
        assertThat(files()).isEmpty();
        assertThat(spool.isEmpty()).isTrue();
    }

    @Test
    void keepsTheRestOfAFileAfterARestart() throws Exception {
        open();
        spool.append(events(0, 10));
        assertThat(spool.first(4, MAX_BYTES)).hasSize(4);
        spool.remove(4);
        assertThat(spool.hasMoreThan(5)).isTrue();
        assertThat(spool.hasMoreThan(6)).isFalse();
        spool.append(events(10, 12));
        assertThat(spool.hasMoreThan(6)).isTrue();
        open();

        // The first file is still there in full: its events are sent again.
        assertThat(removeAll()).containsExactlyElementsOf(lines(0, 12));
    }

    @Test
    void ignoresAnIncompleteLastLine() throws Exception {
        open();
        spool.append(events(0, 3));
        spool.close();
        byte[] complete = Files.readAllBytes(files().get(0));
        for (int length = 0; length <= complete.length; length++) {
            Files.write(
                    files().isEmpty() ? directory.resolve("0000000000000000001.ndjson") : files().get(0),
                    Arrays.copyOf(complete, length));
            open();
            spool.append(events(3, 4));
            List<String> expected = new ArrayList<>(lines(0, (int) newlines(complete, length)));
            expected.addAll(lines(3, 4));

            assertThat(removeAll()).isEqualTo(expected);
        }
    }

    private static long newlines(byte[] bytes, int length) {
        return IntStream.range(0, length).filter(i -> bytes[i] == '\n').count();
    }

    @Test
    void keepsShortForms() throws Exception {
        open();
        byte[] line = "{\"long\":1}".getBytes(StandardCharsets.UTF_8);
        byte[] shortLine = "{}".getBytes(StandardCharsets.UTF_8);
        spool.append(List.of(
                new Event(line, shortLine, Event.Kind.FINISH), events(0, 1).get(0)));
        open();

        List<Event> events = spool.first(10, MAX_BYTES);
        assertThat(events).extracting(Event::json).containsExactly("{\"long\":1}", "{\"i\":0}");
        assertThat(events.get(0).shortLine()).isEqualTo(shortLine);
        assertThat(events.get(1).shortLine()).isNull();
    }

    @Test
    void isBoundedAndFreesTheSpaceOfRemovedEvents() throws Exception {
        open();
        List<Event> thousand = events(0, 1000);
        int appended = 0;
        String full = "";
        while (full.isEmpty()) {
            try {
                spool.append(thousand);
                appended++;
            } catch (IOException refused) {
                full = String.valueOf(refused.getMessage());
            }
        }
        assertThat(full).isEqualTo("The spool " + directory + " is full (" + MAX_BYTES + " bytes).");
        assertThat(size()).isBetween(MAX_BYTES - 20_000L, (long) MAX_BYTES);

        int files = files().size();
        while (files().size() == files) {
            spool.remove(spool.first(1000, MAX_BYTES).size());
        }
        spool.append(thousand);
        assertThat(size()).isLessThanOrEqualTo(MAX_BYTES);
        assertThat(appended).isGreaterThan(10);
        open();
        assertThat(removeAll()).isNotEmpty();
    }

    @Test
    void returnsBatchesBoundedByNumberAndBytes() throws Exception {
        open();
        spool.append(events(0, 10));

        assertThat(spool.first(3, MAX_BYTES)).hasSize(3);
        assertThat(spool.first(10, 16)).hasSize(2);
        assertThat(spool.first(10, 1)).hasSize(1);
    }

    @Test
    void isUsedByOneAtATime() throws Exception {
        open();

        assertThatThrownBy(new Spool(directory, MAX_BYTES)::open)
                .isInstanceOf(Spool.InUse.class)
                .hasMessage("The spool " + directory + " is in use by another recorder. Give each its own directory.");
        spool.append(events(0, 1));
        open();
        assertThat(removeAll()).hasSize(1);
    }

    @Test
    void leavesOutUnreadableFilesAndOtherFiles() throws Exception {
        Files.createDirectory(directory.resolve("0000000000000000001.ndjson"));
        Files.writeString(directory.resolve("README"), "not an event\n");
        open();
        spool.append(events(0, 1));

        assertThatThrownBy(() -> spool.first(1, MAX_BYTES)).isInstanceOf(IOException.class);
        assertThat(removeAll()).containsExactlyElementsOf(lines(0, 1));
        assertThat(directory.resolve("README")).exists();
    }

    @Test
    void onlyTheOwnerMayReadTheFiles() throws Exception {
        directory = directory.resolve("new/spool");
        open();
        spool.append(events(0, 1));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().get(0))))
                .isEqualTo("rw-------");
    }

    @Test
    void survivesFilesThatVanish() throws Exception {
        open();
        spool.append(events(0, 10));
        spool.first(1, MAX_BYTES);
        spool.append(events(10, 11));
        for (Path file : files()) {
            Files.delete(file);
        }
        spool.remove(10);

        assertThatThrownBy(() -> spool.first(1, MAX_BYTES)).isInstanceOf(IOException.class);
        assertThat(spool.isEmpty()).isTrue();
        spool.append(events(11, 12));
        assertThat(removeAll()).containsExactlyElementsOf(lines(11, 12));
    }

    @Test
    void ignoresGarbage() throws Exception {
        Files.write(
                directory.resolve("0000000000000000007.ndjson"),
                "~{}\n\n\n{\"i\":0}\n~\n".getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE_NEW);
        open();

        assertThat(removeAll()).containsExactly("{\"i\":0}");
    }

    /** Opens the directory again, as after a restart. */
    private void open() throws IOException {
        spool.close();
        spool = new Spool(directory, MAX_BYTES);
        spool.open();
    }

    private List<String> removeAll() throws IOException {
        List<String> lines = new ArrayList<>();
        while (!spool.isEmpty()) {
            List<Event> batch = spool.first(1000, MAX_BYTES);
            batch.forEach(event -> lines.add(event.json()));
            spool.remove(batch.size());
        }
        return lines;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".ndjson"))
                    .sorted()
                    .toList();
        }
    }

    private long size() throws IOException {
        long size = 0;
        for (Path file : files()) {
            size += Files.size(file);
        }
        return size;
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "{\"i\":" + i + "}").toList();
    }

    private static List<Event> events(int from, int to) {
        return lines(from, to).stream()
                .map(line -> new Event(line.getBytes(StandardCharsets.UTF_8), null, Event.Kind.OTHER))
                .toList();
    }
}
