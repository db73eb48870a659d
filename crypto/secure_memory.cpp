// Two ways to get locked memory: blocks over 4 KiB have a mapping of their own; smaller ones are cut from slabs that
// stay mapped and locked, because a system call for each 32-byte key would cost more than using the key.
#include "crypto/secure_memory.hpp"

#include "crypto/process_memory.hpp"
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define OMEGASAFE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OMEGASAFE_ASAN 1
#endif
#endif
#ifdef OMEGASAFE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(address, size) static_cast<void>(0)
#endif

namespace omegasafe {

using crypto::wipe;

namespace {

constexpr std::size_t smallest_block = 32;
constexpr std::size_t largest_slab_block = 4096;
constexpr std::size_t slab_size = 16 * 1024;
constexpr std::size_t size_classes = 8; // 32, 64, ... 4096
constexpr std::size_t huge_page = 2 * 1024 * 1024;

std::uint8_t* map_anonymous(std::size_t size) {
    void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        throw std::bad_alloc();
    return static_cast<std::uint8_t*>(pages);
}

/// A mapping that begins at a huge page, so that the kernel can fill it with them: one page fault instead of 512.
std::uint8_t* map_huge(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size = (size + page - 1) / page * page;
    std::uint8_t* const around = map_anonymous(size + huge_page);
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(around) % huge_page) % huge_page;
    if (before != 0)
        ::munmap(around, before);
    ::munmap(around + before + size, huge_page - before);
    static_cast<void>(::madvise(around + before, size, MADV_HUGEPAGE));
    return around + before;
}

std::atomic<bool> some_unlocked{false};
std::atomic<void (*)()> unlocked_listener{nullptr};

void tell_unlocked() noexcept {
    static std::atomic<bool> told{false};
    if (auto* const tell = unlocked_listener.load(); tell != nullptr && !told.exchange(true))
        tell();
}

/// Zeroed pages, locked if the limits allow, never in a core dump.
std::uint8_t* map_pages(std::size_t size) {
    std::uint8_t* const pages = size >= huge_page ? map_huge(size) : map_anonymous(size);
    if (::mlock(pages, size) != 0) // RLIMIT_MEMLOCK may be small
        some_unlocked = true;      // told by whoever holds no lock
    static_cast<void>(::madvise(pages, size, MADV_DONTDUMP));
    return pages;
}

/// Free blocks of one size. Free blocks are all zero: they were wiped, and the list lies outside of them.
struct block_list {
    std::vector<std::uint8_t*> free;
    std::size_t blocks = 0;
};

class slab_allocator {
public:
    std::uint8_t* take(std::size_t size) {
        const std::size_t index = class_of(size);
        const std::scoped_lock lock(mutex_);
        if (lists_[index].free.empty())
            add_slab(lists_[index], smallest_block << index);
        std::uint8_t* block = lists_[index].free.back();
        lists_[index].free.pop_back();
        ASAN_UNPOISON_MEMORY_REGION(block, size);
        return block;
    }

    void give_back(std::uint8_t* block, std::size_t size) noexcept {
        wipe(block, size);
        ASAN_POISON_MEMORY_REGION(block, smallest_block << class_of(size));
        const std::scoped_lock lock(mutex_);
        lists_[class_of(size)].free.push_back(block); // never allocates: add_slab made room
    }

private:
    static std::size_t class_of(std::size_t size) {
        return static_cast<std::size_t>(std::bit_width((size - 1) / smallest_block));
    }

    static void add_slab(block_list& list, std::size_t block_size) {
        const std::size_t count = slab_size / block_size;
        list.free.reserve(list.blocks + count);
        std::uint8_t* slab = map_pages(slab_size);
        list.blocks += count;
        for (std::size_t i = count; i-- > 0;)
            list.free.push_back(slab + i * block_size);
        ASAN_POISON_MEMORY_REGION(slab, slab_size);
    }

    std::mutex mutex_;
    std::array<block_list, size_classes> lists_;
};

/// Never destroyed, so that blocks in static objects may die after it would have.
slab_allocator& slabs() {
    static slab_allocator& allocator = *new slab_allocator;
    return allocator;
}

std::uint8_t* allocate(std::size_t size) {
    if (size == 0)
        return nullptr;
    auto* const block = size <= largest_slab_block ? slabs().take(size) : map_pages(size);
    if (some_unlocked)
        tell_unlocked();
    return block;
}

void release(std::uint8_t* block, std::size_t size) noexcept {
    if (block == nullptr)
        return;
    if (size <= largest_slab_block) {
        slabs().give_back(block, size);
    } else {
        wipe(block, size);
        ::munmap(block, size); // also unlocks
    }
}

} // namespace

void crypto::when_unlocked(void (*tell)()) noexcept {
    unlocked_listener = tell;
    if (some_unlocked)
        tell_unlocked();
}

void crypto::wipe(void* data, std::size_t size) noexcept {
    if (size != 0)                    // an empty block may be null
        ::explicit_bzero(data, size); // OPENSSL_cleanse takes eight bytes at a time: it shows beside the cipher's speed
}

secure_bytes::secure_bytes(std::size_t size) : data_(allocate(size)), size_(size), allocated_(size) {}

secure_bytes::secure_bytes(const_byte_span copy_of) : secure_bytes(copy_of.size()) {
    if (!copy_of.empty())
        std::memcpy(data_, copy_of.data(), copy_of.size());
}

secure_bytes::secure_bytes(secure_bytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
      allocated_(std::exchange(other.allocated_, 0)) {}

secure_bytes& secure_bytes::operator=(secure_bytes&& other) noexcept {
    if (this != &other) {
        release(data_, allocated_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        allocated_ = std::exchange(other.allocated_, 0);
    }
    return *this;
}

secure_bytes::~secure_bytes() {
    release(data_, allocated_);
}

void secure_bytes::drop_front(std::size_t count) noexcept {
    if (count == 0)
        return; // an empty block may be null
    size_ -= count;
    std::memmove(data_, data_ + count, size_);
    wipe(data_ + size_, count);
}

bool crypto::equal_constant_time(const_byte_span a, const_byte_span b) noexcept {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace omegasafe
