/** The Java client: records runs and their steps in Runlog without delaying the engine. */
@NullMarked
package dev.runlog.client;

import org.jspecify.annotations.NullMarked;
