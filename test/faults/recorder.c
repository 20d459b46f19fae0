/*
 * Records what a process does to the files of one folder, in order, so that a test can rebuild the disk as a power loss
 * might leave it. Loaded by LD_PRELOAD; TIDEGATE_RECORD names the folder, TIDEGATE_JOURNAL the file that is written.
 *
 * Each record: type (1 byte), file number (4), other number (8), length (4), then as many bytes. Numbers are little-endian.
 *   'N' new number for a path (length: the path)       'C' an entry was created     'U' unlinked
 *   'M' a folder was made                              'W' bytes written at a position (other number)
 *   'T' truncated to a size                            'B' a sync begins (other number: its id)   'E' it has ended
 * A write is recorded after it was done and a sync before it begins: what a sync covers was recorded before it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { max_fds = 65536 };

static char folder[PATH_MAX];
static size_t folder_length;
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t numbers[max_fds]; /* file number of a descriptor; 0: not recorded */
static uint32_t next_number = 1;
static uint64_t next_sync = 1;

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t done = syscall(SYS_write, journal, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

/* The caller holds the lock. */
static void record(char type, uint32_t number, uint64_t other, const void *bytes, uint32_t length) {
  unsigned char head[17];
  head[0] = (unsigned char)type;
  memcpy(head + 1, &number, 4);
  memcpy(head + 5, &other, 8);
  memcpy(head + 13, &length, 4);
  put(head, sizeof head);
  if (length > 0) put(bytes, length);
}

__attribute__((constructor)) static void begin(void) {
  const char *record_folder = getenv("TIDEGATE_RECORD");
  const char *path = getenv("TIDEGATE_JOURNAL");
  if (record_folder == NULL || path == NULL) return;
  strncpy(folder, record_folder, sizeof folder - 1);
  folder_length = strlen(folder);
  journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal < 0) abort();
}

/* The path below the folder; NULL: none of ours, or the shared memory of the log, which no crash keeps. */
static const char *below(const char *path) {
  if (journal < 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] != '\0' && path[folder_length] != '/') return NULL;
  size_t length = strlen(path);
  if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return NULL;
  return path + folder_length;
}

/* Every open gets a number of its own; the reader joins those of one file by path and creation. */
static uint32_t name(const char *path) {
  uint32_t number = next_number++;
  record('N', number, 0, path, (uint32_t)strlen(path));
  return number;
}

#define real(type, symbol, ...) \
  static type (*call)(__VA_ARGS__); \
  if (call == NULL) call = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, symbol)

static void opened(int fd, const char *path, int flags, int existed) {
  if (fd < 0 || fd >= max_fds) return;
  const char *ours = below(path);
  pthread_mutex_lock(&lock);
  numbers[fd] = 0;
  if (ours != NULL) {
    numbers[fd] = name(ours);
    if ((flags & O_CREAT) != 0 && !existed) record('C', numbers[fd], 0, NULL, 0);
    if ((flags & O_TRUNC) != 0 && existed) record('T', numbers[fd], 0, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
}

static int exists(const char *path) {
  struct stat found;
  return syscall(SYS_newfstatat, AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

#define wrap_open(symbol) \
  int symbol(const char *path, int flags, ...) { \
    real(int, #symbol, const char *, int, ...); \
    mode_t mode = 0; \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
      va_list more; \
      va_start(more, flags); \
      mode = va_arg(more, mode_t); \
      va_end(more); \
    } \
    int existed = below(path) != NULL && exists(path); \
    int fd = call(path, flags, mode); \
    int saved = errno; \
    opened(fd, path, flags, existed); \
    errno = saved; \
    return fd; \
  }
wrap_open(open)
wrap_open(open64)

#define wrap_openat(symbol) \
  int symbol(int at, const char *path, int flags, ...) { \
    real(int, #symbol, int, const char *, int, ...); \
    mode_t mode = 0; \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
      va_list more; \
      va_start(more, flags); \
      mode = va_arg(more, mode_t); \
      va_end(more); \
    } \
    int existed = below(path) != NULL && exists(path); \
    int fd = call(at, path, flags, mode); \
    int saved = errno; \
    opened(fd, path, flags, existed); \
    errno = saved; \
    return fd; \
  }
wrap_openat(openat)
wrap_openat(openat64)

static uint32_t number_of(int fd) {
  return journal >= 0 && fd >= 0 && fd < max_fds ? numbers[fd] : 0;
}

static void wrote(int fd, const void *bytes, ssize_t done, off_t position) {
  if (done <= 0 || number_of(fd) == 0) return;
  int saved = errno;
  pthread_mutex_lock(&lock);
  record('W', numbers[fd], (uint64_t)position, bytes, (uint32_t)done);
  pthread_mutex_unlock(&lock);
  errno = saved;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  real(ssize_t, "write", int, const void *, size_t);
  if (number_of(fd) == 0) return call(fd, bytes, length);
  ssize_t done = call(fd, bytes, length);
  /* After the write the position is behind it, for files that are appended to as well. */
  wrote(fd, bytes, done, lseek(fd, 0, SEEK_CUR) - (done > 0 ? done : 0));
  return done;
}

#define wrap_pwrite(symbol) \
  ssize_t symbol(int fd, const void *bytes, size_t length, off_t position) { \
    real(ssize_t, #symbol, int, const void *, size_t, off_t); \
    ssize_t done = call(fd, bytes, length, position); \
    wrote(fd, bytes, done, position); \
    return done; \
  }
wrap_pwrite(pwrite)
wrap_pwrite(pwrite64)

static void wrote_many(int fd, const struct iovec *parts, int count, ssize_t done, off_t position) {
  for (int index = 0; index < count && done > 0; index += 1) {
    ssize_t share = (ssize_t)parts[index].iov_len < done ? (ssize_t)parts[index].iov_len : done;
    wrote(fd, parts[index].iov_base, share, position);
    position += share;
    done -= share;
  }
}

#define wrap_pwritev(symbol) \
  ssize_t symbol(int fd, const struct iovec *parts, int count, off_t position) { \
    real(ssize_t, #symbol, int, const struct iovec *, int, off_t); \
    ssize_t done = call(fd, parts, count, position); \
    wrote_many(fd, parts, count, done, position); \
    return done; \
  }
wrap_pwritev(pwritev)
wrap_pwritev(pwritev64)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  real(ssize_t, "writev", int, const struct iovec *, int);
  ssize_t done = call(fd, parts, count);
  if (number_of(fd) != 0) wrote_many(fd, parts, count, done, lseek(fd, 0, SEEK_CUR) - (done > 0 ? done : 0));
  return done;
}

#define wrap_ftruncate(symbol) \
  int symbol(int fd, off_t size) { \
    real(int, #symbol, int, off_t); \
    int outcome = call(fd, size); \
    if (outcome == 0 && number_of(fd) != 0) { \
      pthread_mutex_lock(&lock); \
      record('T', numbers[fd], (uint64_t)size, NULL, 0); \
      pthread_mutex_unlock(&lock); \
    } \
    return outcome; \
  }
wrap_ftruncate(ftruncate)
wrap_ftruncate(ftruncate64)

#define wrap_sync(symbol) \
  int symbol(int fd) { \
    real(int, #symbol, int); \
    uint32_t number = number_of(fd); \
    if (number == 0) return call(fd); \
    pthread_mutex_lock(&lock); \
    uint64_t id = next_sync++; \
    record('B', number, id, NULL, 0); \
    pthread_mutex_unlock(&lock); \
    int outcome = call(fd); \
    int saved = errno; \
    if (outcome == 0) { \
      pthread_mutex_lock(&lock); \
      record('E', number, id, NULL, 0); \
      pthread_mutex_unlock(&lock); \
    } \
    errno = saved; \
    return outcome; \
  }
wrap_sync(fsync)
wrap_sync(fdatasync)

static void entry(char type, const char *path) {
  const char *ours = below(path);
  if (ours == NULL) return;
  pthread_mutex_lock(&lock);
  record(type, name(ours), 0, NULL, 0);
  pthread_mutex_unlock(&lock);
}

int unlink(const char *path) {
  real(int, "unlink", const char *);
  int outcome = call(path);
  if (outcome == 0) entry('U', path);
  return outcome;
}

int unlinkat(int at, const char *path, int flags) {
  real(int, "unlinkat", int, const char *, int);
  int outcome = call(at, path, flags);
  if (outcome == 0) entry('U', path);
  return outcome;
}

int mkdir(const char *path, mode_t mode) {
  real(int, "mkdir", const char *, mode_t);
  int outcome = call(path, mode);
  if (outcome == 0) entry('M', path);
  return outcome;
}

/* Nothing of ours is renamed; a rename would be a change that this recording does not know. */
int rename(const char *from, const char *to) {
  real(int, "rename", const char *, const char *);
  if (below(from) != NULL || below(to) != NULL) abort();
  return call(from, to);
}

int close(int fd) {
  real(int, "close", int);
  if (fd >= 0 && fd < max_fds && numbers[fd] != 0) {
    pthread_mutex_lock(&lock);
    numbers[fd] = 0;
    pthread_mutex_unlock(&lock);
  }
  return call(fd);
}
