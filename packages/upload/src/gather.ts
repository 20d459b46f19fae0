/** A file with its path in the folder that it was dropped or chosen with. */
export type GatheredFile = { readonly path: string; readonly file: File };

/** Files as an input has them; those of a folder keep their paths. */
export function filesOfInput(files: FileList | null): GatheredFile[] {
  return [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Files that were dropped, folders with everything in them. */
export async function filesOfDrop(dropped: DataTransfer): Promise<GatheredFile[]> {
  // Read before anything is awaited: the transfer is empty afterwards.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  const files = [...dropped.files];
  const found: GatheredFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, '', found);
  return entries.some((entry) => entry !== null) ? found : files.map((file) => ({ path: file.name, file }));
}

async function walk(entry: FileSystemEntry, path: string, found: GatheredFile[]): Promise<void> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ path: path + entry.name, file });
  } else if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    for (;;) {
      // At most a hundred at a time.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, found);
    }
  }
}
