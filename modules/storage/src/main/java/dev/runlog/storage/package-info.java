/** The only SQL of Runlog: one class per aggregate, one statement a method; the pool, the migrations, the partitions. */
@NullMarked
package dev.runlog.storage;

import org.jspecify.annotations.NullMarked;
