// The rows of a batch, side by side.

/** out[position] = values[order[position]], rows of `columns` floats. */
export function gather(values: usize, order: usize, out: usize, rows: i32, columns: i32): void {
  const width = usize(columns) << 2;
  const end = order + (usize(rows) << 2);
  for (; order < end; order += 4, out += width) copyRow(values + usize(load<u32>(order)) * width, out, width);
}

function copyRow(from: usize, to: usize, width: usize): void {
  const end = from + width;
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
  for (; from < end; from += 4, to += 4) store<u32>(to, load<u32>(from));
}
