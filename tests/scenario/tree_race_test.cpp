// The same attacker with a program that waits for the run (inotify) and puts links there as fast as the kernel tells of
// it. Who wins a race is chance; what lies behind the links is neither read nor written, whoever wins.
#include "tests/scenario/device.hpp"

#include "actors/batch.hpp"
#include "tests/support/tree.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

/// Calls `attack` with each name of which an event in a folder tells, "" for the folder itself, on a thread of its own.
class racer {
public:
    template <class F>
    racer(const fs::path& watched, std::uint32_t events, F attack) : queue_(::inotify_init1(IN_CLOEXEC)) {
        REQUIRE(::inotify_add_watch(queue_, watched.c_str(), events) >= 0);
        thread_ = std::thread([this, attack] {
            while (!ended_)
                if (pollfd waits{queue_, POLLIN, 0}; ::poll(&waits, 1, 10) > 0)
                    for (const auto& name : read_names())
                        attack(name);
        });
    }
    ~racer() {
        ended_ = true;
        thread_.join();
        ::close(queue_);
    }
    racer(const racer&) = delete;
    racer& operator=(const racer&) = delete;

private:
    std::vector<std::string> read_names() const {
        alignas(inotify_event) std::array<char, 16384> bytes{};
        const auto size = ::read(queue_, bytes.data(), bytes.size());
        std::vector<std::string> names;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
            names.emplace_back(event->len > 0 ? event->name : "");
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
        return names;
    }

    int queue_;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
};

const std::string raced_plain(3000, 'p'), raced_secret(3000, 's');
constexpr int folders = 30, rounds = 5;

struct raced_tree : device {
    raced_tree() {
        create_key(folder / "ecs.sfc");
        fs::create_directory(folder / "elsewhere");
        for (int i = 0; i < folders; ++i) {
            const auto made = folder / "in" / std::to_string(i);
            fs::create_directories(made);
            write_text(made / "file", raced_plain);
            set_attributes(made / "file", 0600, 1'000'000'000);
        }
    }
    void run(const auto& request) {
        const auto batch = actors::spawn_batch(runtime->system(), runtime->supervisor(), {});
        try {
            ask<tree_report_ptr>(batch, request);
        } catch (const failure&) { // an attack may be seen before the first file
        }
    }
    void decrypt() { run(decrypt_tree{folder / "sealed", folder / "out", {}, 2, false, false}); }
    void encrypt() { run(encrypt_tree{folder / "in", folder / "sealed", key_uuid, {}, 2, false}); }

    /// As an attacker who may fail: the name may be gone, or a link already.
    void put_link_for(const fs::path& name, const fs::path& target) const {
        std::error_code lost;
        if (fs::is_symlink(fs::symlink_status(name, lost)))
            return;
        fs::rename(name, name.parent_path().parent_path() / ("aside-" + name.filename().string()), lost);
        fs::create_symlink(target, name, lost);
    }
};

} // namespace

TEST_CASE_METHOD(raced_tree, "a race for the folders of a tree that is decrypted writes nothing elsewhere", "[sfc]") {
    encrypt();
    struct stat before {
    }, after{};
    REQUIRE(::lstat((folder / "elsewhere").c_str(), &before) == 0);
    for (int round = 0; round < rounds; ++round) {
        fs::remove_all(folder / "out");
        fs::create_directory(folder / "out");
        {
            const racer attacker(folder / "out", IN_CREATE | IN_ATTRIB | IN_OPEN, [&](const std::string& name) {
                if (!name.empty())
                    put_link_for(folder / "out" / name, folder / "elsewhere");
            });
            decrypt();
        }
        REQUIRE(fs::is_empty(folder / "elsewhere"));
        REQUIRE(::lstat((folder / "elsewhere").c_str(), &after) == 0);
        REQUIRE(after.st_mode == before.st_mode);
        REQUIRE(after.st_mtim.tv_sec == before.st_mtim.tv_sec);
        REQUIRE(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
    }
}

TEST_CASE_METHOD(raced_tree, "a race for the folders of a tree that is encrypted reads nothing elsewhere", "[sfc]") {
    write_text(folder / "elsewhere/file", raced_secret);
    set_attributes(folder / "elsewhere/file", 0600, 1'000'000'000);
    fs::copy(folder / "in", folder / "kept", fs::copy_options::recursive);
    for (int round = 0; round < rounds; ++round) {
        for (const auto* made : {"in", "sealed", "out"})
            fs::remove_all(folder / made);
        fs::copy(folder / "kept", folder / "in", fs::copy_options::recursive);
        for (int i = 0; i < folders; ++i)
            set_attributes(folder / "in" / std::to_string(i) / "file", 0600, 1'000'000'000);
        {
            const racer attacker(folder / "in", IN_OPEN | IN_ACCESS, [&](const std::string& name) {
                if (!name.empty())
                    put_link_for(folder / "in" / name, folder / "elsewhere");
            });
            encrypt();
        }
        decrypt();
        for (const auto& [path, content] : tree_contents(folder / "out")) {
            INFO(path);
            REQUIRE(content.find(raced_secret) == std::string::npos);
        }
    }
}
