// Loaded before the C library (LD_PRELOAD), makes every file system one of the poor ones: no files without a name, no
// hard links, no renaming only to a free name, times in steps of two seconds. With OMEGASAFE_TEST_STOP_AT set, the
// program stands still before an output gets its name, and makes the file of that name to say so.
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

/// The C library's function of that name.
template <class F>
F real(const char* name) {
    return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

int refused(int error) {
    errno = error;
    return -1;
}

using open_at = int (*)(int, const char*, int, ...);

} // namespace

#pragma GCC visibility push(default)
extern "C" {

int openat(int folder, const char* path, int flags, ...) {
    if ((flags & O_TMPFILE) == O_TMPFILE)
        return refused(EOPNOTSUPP);
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : mode_t{0};
    va_end(rest);
    return real<open_at>("openat")(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat"))); // off_t has 64 bits

int linkat(int, const char*, int, const char*, int) noexcept {
    return refused(EPERM);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    if ((flags & RENAME_NOREPLACE) != 0) {
        if (const char* marker = std::getenv("OMEGASAFE_TEST_STOP_AT"); marker != nullptr) {
            close(real<open_at>("openat")(AT_FDCWD, marker, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
            while (true)
                pause();
        }
        return refused(EINVAL);
    }
    return real<int (*)(int, const char*, int, const char*, unsigned)>("renameat2")(
        from_folder, from, to_folder, to, flags);
}

int futimens(int file, const timespec times[2]) noexcept {
    timespec cut[2] = {times[0], times[1]};
    for (auto& time : cut)
        if (time.tv_nsec != UTIME_OMIT && time.tv_nsec != UTIME_NOW)
            time = {time.tv_sec / 2 * 2, 0};
    return real<int (*)(int, const timespec*)>("futimens")(file, cut);
}

} // extern "C"
#pragma GCC visibility pop
