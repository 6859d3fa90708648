/** What all parts of the benchmark use: options, progress, failures and the place of the installation. */
@NullMarked
package dev.runlog.bench.support;

import org.jspecify.annotations.NullMarked;
