package dev.runlog.recording.redaction;

import static dev.runlog.recording.redaction.Spans.NONE;
import static dev.runlog.recording.redaction.Spans.hasDigit;
import static dev.runlog.recording.redaction.Spans.isWordStart;
import static dev.runlog.recording.redaction.Spans.runEnd;
import static dev.runlog.recording.redaction.Spans.span;

import java.util.List;

/** Finds keys of well-known services by their prefixes. */
final class ServiceKeys {
    private static final int WINDOW = 40;

    /** Prefixes, marks and minimum numbers of further characters. */
    private static final List<ServiceKey> KEYS = List.of(
            new ServiceKey("AKIA", 'I', 16),
            new ServiceKey("ASIA", 'I', 16),
            new ServiceKey("AIza", 'I', 30),
            new ServiceKey("ghp_", '_', 20),
            new ServiceKey("gho_", '_', 20),
            new ServiceKey("ghu_", '_', 20),
            new ServiceKey("ghs_", '_', 20),
            new ServiceKey("ghr_", '_', 20),
            new ServiceKey("github_pat_", '_', 20),
            new ServiceKey("sk_live_", '_', 10),
            new ServiceKey("sk_test_", '_', 10),
            new ServiceKey("rk_live_", '_', 10),
            new ServiceKey("rk_test_", '_', 10),
            new ServiceKey("whsec_", '_', 16),
            new ServiceKey("npm_", '_', 30),
            new ServiceKey("hf_", '_', 30),
            new ServiceKey("shpat_", '_', 20),
            new ServiceKey("shpss_", '_', 20),
            new ServiceKey("shpca_", '_', 20),
            new ServiceKey("shppa_", '_', 20),
            new ServiceKey("dop_v1_", '_', 30),
            new ServiceKey("dckr_pat_", '_', 20),
            new ServiceKey("lin_api_", '_', 20),
            new ServiceKey("gsk_", '_', 30),
            new ServiceKey("glpat-", '-', 16),
            new ServiceKey("xoxa-", '-', 10),
            new ServiceKey("xoxb-", '-', 10),
            new ServiceKey("xoxc-", '-', 10),
            new ServiceKey("xoxd-", '-', 10),
            new ServiceKey("xoxe-", '-', 10),
            new ServiceKey("xoxo-", '-', 10),
            new ServiceKey("xoxp-", '-', 10),
            new ServiceKey("xoxr-", '-', 10),
            new ServiceKey("xoxs-", '-', 10),
            new ServiceKey("xapp-", '-', 10),
            new ServiceKey("sk-", '-', 20),
            new ServiceKey("pypi-", '-', 30),
            new ServiceKey("glptt-", '-', 16),
            new ServiceKey("glrt-", '-', 16),
            new ServiceKey("gldt-", '-', 16),
            new ServiceKey("GOCSPX-", '-', 20),
            new ServiceKey("sq0atp-", '-', 16),
            new ServiceKey("sq0csp-", '-', 16),
            new ServiceKey("hvs.", '.', 20),
            new ServiceKey("hvb.", '.', 20),
            new ServiceKey("ya29.", '.', 20),
            new ServiceKey("SG.", 'G', 30));

    /** The keys by their mark, an ASCII character. */
    private static final ServiceKey[][] BY_MARK = new ServiceKey[0x80][];

    static {
        for (char mark = 0; mark < 0x80; mark++) {
            char current = mark;
            BY_MARK[mark] = KEYS.stream().filter(key -> key.mark == current).toArray(ServiceKey[]::new);
        }
    }

    private ServiceKeys() {}

    /** @param before the character before the mark; most other occurrences of the mark differ in it */
    private record ServiceKey(String prefix, char mark, int charsMin, int markAt, char before) {
        ServiceKey(String prefix, char mark, int charsMin) {
            this(
                    prefix,
                    mark,
                    charsMin,
                    prefix.lastIndexOf(mark),
                    prefix.charAt(Math.max(0, prefix.lastIndexOf(mark) - 1)));
        }
    }

    /** Whether an ASCII character is the mark of a key. */
    static boolean hasMark(char mark) {
        return BY_MARK[mark].length > 0;
    }

    /** The span of the key with the mark at {@code at}, starting at {@code from} or later; NONE if there is none. */
    static long find(String text, int at, int from) {
        char before = at == 0 ? 0 : text.charAt(at - 1);
        for (ServiceKey key : BY_MARK[text.charAt(at)]) {
            if (key.before != before) {
                continue;
            }
            int start = at - key.markAt;
            if (start >= from && text.startsWith(key.prefix, start) && isWordStart(text, start)) {
                int first = start + key.prefix.length();
                int end = runEnd(text, first, Math.min(text.length(), first + WINDOW), "_-.");
                // Natural words have no digits.
                if (end - first >= key.charsMin && hasDigit(text, first, end)) {
                    return span(start, runEnd(text, first, text.length(), key.prefix.endsWith(".") ? "_-." : "_-"));
                }
            }
        }
        return NONE;
    }
}
