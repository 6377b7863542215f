/** A cell of a CSV as spreadsheets read it; what they would take for a formula is told to be text. */
export const csvCell = (value: unknown): string => {
  const text = String(value ?? '');
  return `"${/^[=+\-@\t\r]/.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
};
