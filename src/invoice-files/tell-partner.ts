/** What to tell the partner whose file was refused, in words that can be sent as they are. */

const WORDS: Record<string, string> = {
  'file-name': 'Please name the file as agreed, with our biller number and the date in it, and send it again.',
  'biller-guid':
    "The file's BillerGUID is not the one we have for you. Please check which biller the file was made for.",
  'header-missing':
    'The header of the file, or a part of it, is missing. Please make the file again, with its whole header.',
  'header-wrong': 'A value in the header of the file is wrong. Please correct it and send the file again.',
  'columns-missing': 'The file lacks columns we agreed on. Please make the file again with all of them.',
  'columns-wrong': 'A column stands in the file twice. Please make the file again with each column once.',
  'invoice-count-differs':
    'The number of invoices in the header is not the number of invoices in the file. Please check whether the file was written to its end, and send it again.',
  'total-amount-differs':
    'The total in the header is not the sum of the invoices in the file. Please check the export and send the file again.',
  'too-many-set-aside':
    'Too many records of the file have wrong values; we list them for you with their place in the file. Please correct them and send the file again.',
  'invoice-number-twice':
    'An invoice number stands in the file twice. Please make the file again with each invoice once.',
  truncated: 'The file ends in the middle: it was not written or sent to its end. Please send it again.',
  'trailing-text': 'There is text behind the end of the file. Please send the file alone, as it was made.',
  'not-json': 'The file is not valid JSON. Please make it again and send it.',
  'not-csv': 'The file is not valid CSV. Please make it again and send it.',
  'not-utf8': 'The file is not in UTF-8. Please make it again in UTF-8.',
  'too-large':
    'One record of the file is larger than any invoice can be. Please check the export and send the file again.',
};
const OURS: Record<string, string> = {
  'file-lost': 'Nothing: the file was lost on our side. Hand it over again.',
  overtaken:
    'Nothing: a later file was applied before this one could be. Hand it over again if it is to be applied all the same.',
  'import-failed': 'Nothing: the fault is on our side. Hand the file over again when it is mended.',
};

/** @param code of the problem a file was refused for */
export const tellPartner = (code: string): string =>
  OURS[code] ??
  WORDS[code] ??
  'The file could not be read. Please make it again and send it; the problem is named above.';
