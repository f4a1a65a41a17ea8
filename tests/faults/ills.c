/*
 * A disk and a clock that are not well, under real processes: loaded with LD_PRELOAD by `ills.py`, which says by a file
 * what ails them, and may say something else at any moment. SQLite, DuckDB and Python all come through these functions.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 4096
#define SECOND 1000000000LL

/* What ails one kind of call on files whose path begins with `path`. */
struct ill {
    _Atomic int64_t delay; /* nanoseconds before each */
    _Atomic int64_t pass;  /* so many still succeed, in all processes together; */
    _Atomic int64_t fail;  /* so many after these fail with EIO */
};

/* As `ills.py` packs it. */
struct ills {
    _Atomic int64_t clock; /* nanoseconds by which the time of day is ahead */
    struct ill syncs;
    struct ill writes;
    char path[LONGEST];
};

static struct ills nothing;
static struct ills *ills = &nothing;

#define NEXT(name)                                                                                                     \
    static __typeof__(name) *next;                                                                                     \
    if (!next)                                                                                                         \
    next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void find_ills(void)
{
    const char *name = getenv("ILLS");
    int file = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *found = mmap(NULL, sizeof(struct ills), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found == MAP_FAILED) {
        fputs("ills: the file that the variable ILLS names cannot be used\n", stderr);
        abort();
    }
    close(file);
    ills = found;
}

static int is_ailing(int file)
{
    char link[64], path[LONGEST];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = '\0';
    return strncmp(path, ills->path, strlen(ills->path)) == 0;
}

/* One of so many is taken; 0 where none is left. */
static int take(_Atomic int64_t *left)
{
    int64_t now = atomic_load(left);
    while (now > 0)
        if (atomic_compare_exchange_weak(left, &now, now - 1))
            return 1;
    return 0;
}

/* Whether the call fails, and then with errno set. */
static int suffer(struct ill *ill, int file)
{
    int before = errno;
    int64_t delay = atomic_load(&ill->delay);
    if ((delay == 0 && atomic_load(&ill->fail) == 0) || !is_ailing(file)) {
        errno = before;
        return 0;
    }
    struct timespec rest = {delay / SECOND, delay % SECOND};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        ;
    int fails = atomic_load(&ill->fail) > 0 && !take(&ill->pass) && take(&ill->fail);
    errno = fails ? EIO : before;
    return fails;
}

int fsync(int file)
{
    NEXT(fsync);
    return suffer(&ills->syncs, file) ? -1 : next(file);
}

int fdatasync(int file)
{
    NEXT(fdatasync);
    return suffer(&ills->syncs, file) ? -1 : next(file);
}

ssize_t write(int file, const void *data, size_t size)
{
    NEXT(write);
    return suffer(&ills->writes, file) ? -1 : next(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    NEXT(pwrite);
    return suffer(&ills->writes, file) ? -1 : next(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    NEXT(pwrite64);
    return suffer(&ills->writes, file) ? -1 : next(file, data, size, at);
}

ssize_t writev(int file, const struct iovec *pieces, int count)
{
    NEXT(writev);
    return suffer(&ills->writes, file) ? -1 : next(file, pieces, count);
}

static void shift(int64_t *seconds, int64_t *nanoseconds)
{
    int64_t sum = *nanoseconds + atomic_load(&ills->clock);
    int64_t carried = sum / SECOND - (sum % SECOND < 0);
    *seconds += carried;
    *nanoseconds = sum - carried * SECOND;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    NEXT(clock_gettime);
    int failed = next(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t seconds = now->tv_sec, nanoseconds = now->tv_nsec;
        shift(&seconds, &nanoseconds);
        now->tv_sec = seconds;
        now->tv_nsec = nanoseconds;
    }
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone; /* obsolete (gettimeofday(2)) */
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *copy)
{
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    if (copy)
        *copy = precise.tv_sec;
    return precise.tv_sec;
}
