package dev.runlog.app.command.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class OutputTailTest {
    private static final int READ = 8192;

    private final OutputTail tail = new OutputTail();

    /** 8,192 is not a multiple of the three bytes of a euro sign. */
    @Test
    void keepsCharactersThatTwoReadsShare() {
        print(tail.part(), "€".repeat(30_000));

        assertThat(tail.lines()).singleElement().asString().matches("€+").hasSize(16_384);
    }

    @Test
    void keepsCharactersOfTwoStreamsThatAreReadInTurns() {
        OutputTail.Part output = tail.part();
        OutputTail.Part errors = tail.part();
        byte[] euro = "€".getBytes(StandardCharsets.UTF_8);

        output.add(euro, 1);
        errors.add(euro, 2);
        output.add(Arrays.copyOfRange(euro, 1, 3), 2);
        errors.add(Arrays.copyOfRange(euro, 2, 3), 1);

        assertThat(tail.lines()).containsExactly("€€");
    }

    @Test
    void startsWithAWholeCharacter() {
        print(tail.part(), "🦊".repeat(20_000) + "x");

        assertThat(tail.lines()).singleElement().asString().matches("🦊+x");
    }

    @Test
    void replacesWhatIsNotUtf8() {
        OutputTail.Part output = tail.part();

        output.add(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82}, 5);
        output.end();

        assertThat(tail.lines()).containsExactly("a\uFFFDb\uFFFD");
    }

    private static void print(OutputTail.Part part, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += READ) {
            byte[] read = Arrays.copyOfRange(bytes, at, Math.min(at + READ, bytes.length));
            part.add(read, read.length);
        }
        part.end();
    }
}
