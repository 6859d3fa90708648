/**
 * Keyset pagination as four small nouns: a {@link dev.runlog.contract.page.Cursor} marks a place in an order, a
 * {@link dev.runlog.contract.page.PageRequest} asks for the rows before or after one, a
 * {@link dev.runlog.contract.page.PageEnds} tells whether more stand beyond, and a
 * {@link dev.runlog.contract.page.Count} how many there are in all.
 */
@NullMarked
package dev.runlog.contract.page;

import org.jspecify.annotations.NullMarked;
