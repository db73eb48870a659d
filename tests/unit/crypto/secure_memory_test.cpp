#include "crypto/secure_memory.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

using namespace omegasafe::crypto;

namespace {

bool all_zero(const_byte_span bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// The flags that the system shows for the mapping that holds `address`.
std::string mapping_flags(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream smaps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(smaps, line);) {
        unsigned long long begin = 0;
        unsigned long long end = 0;
        if (std::sscanf(line.c_str(), "%llx-%llx ", &begin, &end) == 2)
            inside = begin <= wanted && wanted < end;
        else if (inside && line.starts_with("VmFlags:"))
            return line + " ";
    }
    return {};
}

/// Whether this process may lock pages: sanitizers say yes and do nothing.
bool may_lock_memory() {
    alignas(4096) static std::uint8_t page[4096];
    ::mlock(page, sizeof page);
    return mapping_flags(page).find(" lo ") != std::string::npos;
}

} // namespace

TEST_CASE("secure_bytes start at zero and hold what is written", "[secure_memory]") {
    for (const std::size_t size : {1, 31, 32, 33, 64, 1000, 4095, 4096, 4097, 65536, 1000001}) {
        secure_bytes block(size);
        REQUIRE(block.size() == size);
        REQUIRE_FALSE(block.empty());
        CHECK(all_zero(block));
        std::memset(block.data(), 0x5A, size);
        CHECK(std::count(block.data(), block.data() + size, 0x5A) == static_cast<std::ptrdiff_t>(size));
    }
    const secure_bytes none(0);
    CHECK(none.empty());
    CHECK(none.data() == nullptr);
    CHECK(secure_bytes(const_byte_span{}).empty());
}

TEST_CASE("a small block is wiped when it is given back", "[secure_memory]") {
    for (const std::size_t size : {1, 32, 100, 4096}) {
        std::uint8_t* place = nullptr;
        {
            secure_bytes block(size);
            place = block.data();
            std::memset(block.data(), 0xFF, size);
        }
        // The slab hands out the block given back last, and does not clear it again.
        const secure_bytes again(size);
        REQUIRE(again.data() == place);
        CHECK(all_zero(again));
    }
}

TEST_CASE("wipe clears all and only what it is told", "[secure_memory]") {
    std::vector<std::uint8_t> bytes(100, 7);
    wipe(bytes.data() + 1, 98);
    CHECK(bytes.front() == 7);
    CHECK(bytes.back() == 7);
    CHECK(all_zero({bytes.data() + 1, 98}));
    wipe(nullptr, 0);
}

TEST_CASE("secrets stay out of core dumps and, where allowed, out of swap", "[secure_memory]") {
    for (const std::size_t size : {16, 4096, 4097, 300'000, 5'000'001}) {
        const secure_bytes block(size);
        CHECK(block.data()[0] == 0);
        CHECK(block.data()[size - 1] == 0);
        CHECK_THAT(mapping_flags(block.data()), Catch::Contains(" dd "));
        if (may_lock_memory())
            CHECK_THAT(mapping_flags(block.data()), Catch::Contains(" lo "));
    }
    const std::vector<std::uint8_t> ordinary(16);
    CHECK_THAT(mapping_flags(ordinary.data()), !Catch::Contains(" dd "));
}

TEST_CASE("secure_bytes move without copying", "[secure_memory]") {
    for (const std::size_t size : {40, 10'000, 2 << 20}) {
        secure_bytes a(size);
        a.data()[size - 1] = 9;
        const std::uint8_t* place = a.data();
        secure_bytes b(std::move(a));
        CHECK(a.empty());
        CHECK(a.data() == nullptr);
        CHECK(b.data() == place);
        secure_bytes c(5);
        c = std::move(b);
        CHECK(b.empty());
        CHECK(c.data() == place);
        CHECK(c.size() == size);
        CHECK(c.data()[size - 1] == 9);
        secure_bytes& same = c;
        c = std::move(same);
        CHECK(c.data() == place);
    }
}

TEST_CASE("secure_bytes drop their front and wipe what is left behind", "[secure_memory]") {
    for (const std::size_t size : {std::size_t{300}, std::size_t{70'000}, std::size_t{3'000'000}}) {
        secure_bytes block(size);
        std::iota(block.data(), block.data() + size, std::uint8_t{0});
        block.drop_front(0);
        CHECK(block.size() == size);
        block.drop_front(255);
        REQUIRE(block.size() == size - 255);
        CHECK(block.data()[0] == 255);
        CHECK(block.data()[size - 256] == static_cast<std::uint8_t>(size - 1));
        CHECK(all_zero({block.data() + block.size(), 255}));
        secure_bytes moved(std::move(block));
        CHECK(moved.size() == size - 255);
        moved.drop_front(moved.size());
        CHECK(moved.empty());
    }
    secure_bytes none;
    none.drop_front(0);
    CHECK(none.empty());
}

TEST_CASE("secure_bytes copy text and show it", "[secure_memory]") {
    const secure_bytes password(std::string_view("correct horse"));
    CHECK(password.text() == "correct horse");
    CHECK(const_byte_span(password).size() == 13);
}

TEST_CASE("blocks of many threads never overlap", "[secure_memory]") {
    const auto work = [](std::uint8_t mark, bool& intact) {
        std::mt19937 random(mark);
        std::vector<secure_bytes> held;
        for (int i = 0; i < 2000; ++i) {
            secure_bytes block(1 + random() % 300);
            intact = intact && all_zero(block);
            std::memset(block.data(), mark, block.size());
            held.push_back(std::move(block));
            if (held.size() > 50) {
                const std::size_t victim = random() % held.size();
                const const_byte_span bytes = held[victim];
                intact = intact && std::count(bytes.begin(), bytes.end(), mark) == std::ssize(bytes);
                std::swap(held[victim], held.back());
                held.pop_back();
            }
        }
    };
    bool intact[4] = {true, true, true, true};
    std::vector<std::thread> threads;
    for (std::uint8_t i = 0; i < 4; ++i)
        threads.emplace_back(work, static_cast<std::uint8_t>(i + 1), std::ref(intact[i]));
    for (std::thread& thread : threads)
        thread.join();
    CHECK(std::all_of(std::begin(intact), std::end(intact), [](bool ok) { return ok; }));
}

TEST_CASE("equal_constant_time compares contents and sizes", "[secure_memory]") {
    CHECK(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
    CHECK(equal_constant_time({}, {}));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
    CHECK_FALSE(equal_constant_time(as_bytes("bbc"), as_bytes("abc")));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abcd")));
    CHECK_FALSE(equal_constant_time({}, as_bytes("a")));
}
