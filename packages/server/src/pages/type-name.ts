/** Types that people know by a name. */
const knownTypes: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/zip': 'ZIP',
  'application/gzip': 'GZIP',
  'application/json': 'JSON',
  'application/xml': 'XML',
  'application/msword': 'Word',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  'application/vnd.ms-excel': 'Excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  'application/vnd.ms-powerpoint': 'PowerPoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint',
  'image/jpeg': 'JPEG',
  'image/svg+xml': 'SVG',
  'audio/mpeg': 'MP3',
  'text/plain': 'TXT',
  'text/html': 'HTML',
  'text/csv': 'CSV',
};

/** What people call a type of content: "PDF", "MP4". undefined: it has no name but its own. */
export function typeName(type: string): string | undefined {
  const base = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (Object.hasOwn(knownTypes, base)) return knownTypes[base];
  const [medium = '', form = ''] = base.split('/');
  return /^(?:image|audio|video)$/.test(medium) && /^[a-z0-9]{2,5}$/.test(form) ? form.toUpperCase() : undefined;
}

/** The kind of a file: by the end of its name, else by its type. undefined: neither says it to people. */
export function kindOf(name: string, type: string): string | undefined {
  const end = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  // "Minutes 24.11.2026" ends with no kind.
  return end === undefined || /^\d+$/.test(end) ? typeName(type) : end.toUpperCase();
}
