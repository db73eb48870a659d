// Whole trees through the real actors: what comes back, what fails alone, what stops a run, and how it goes on.
#include "tests/scenario/device.hpp"

#include "actors/batch.hpp"
#include "messages/limits.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage/tree/tree_journal.hpp"
#include "tests/support/tree.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

/// Makes the `number`-th call of a fail point fail with EIO, from now on until the end of the scope.
struct failing_call {
    failing_call(const char* name, int number) {
        wanted = name;
        left = number;
        storage::fail_point_hook_in_use = [](const char* called) {
            return std::strcmp(called, wanted) == 0 && --left == 0 ? EIO : 0;
        };
    }
    ~failing_call() { storage::fail_point_hook_in_use = nullptr; }
    static inline const char* wanted = nullptr;
    static inline std::atomic<int> left = 0;
};

struct tree_device : device {
    tree_device() {
        create_key(folder / "ecs.sfc");
        fs::create_directory(in);
    }

    tree_report_ptr run(const encrypt_tree& request) { return run_batch(request); }
    tree_report_ptr run(const decrypt_tree& request) { return run_batch(request); }
    tree_report_ptr encrypt(bool resume = false) { return run(encrypt_tree{in, sealed, key_uuid, {}, 1, resume}); }
    tree_report_ptr decrypt(bool resume = false, bool overwrite = false) {
        return run(decrypt_tree{sealed, out, {}, 1, resume, overwrite});
    }
    template <class F>
    failure failure_of(F action) {
        try {
            action();
        } catch (const failure& problem) {
            return problem;
        }
        FAIL("no failure was thrown");
        return {errc::none, ""};
    }

    uuid create_another_key() {
        return ask<created_key>(
            actors().delta_sync, omegasafe::create_key{"other", ecs_uuid, 100'000, 100'000, 2, 0, std::nullopt})
            .iterations->front()
            .key_uuid;
    }
    void add_files(int count) const {
        for (int i = 0; i < count; ++i)
            write_text(in / std::to_string(i), std::string(static_cast<std::size_t>(i % 3000), 'x'));
    }
    std::size_t encrypted_files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(sealed), fs::directory_iterator{}));
    }
    fs::path encrypted_of(const tree_report& report, const std::string& path) const {
        for (const auto& item : report.items)
            if (item.path == path)
                return sealed / item.encrypted_name;
        return {};
    }

    void exchange(const tree_report& report, const std::string& one, const std::string& other) const {
        fs::rename(encrypted_of(report, one), folder / "aside");
        fs::rename(encrypted_of(report, other), encrypted_of(report, one));
        fs::rename(folder / "aside", encrypted_of(report, other));
    }

    fs::path in = folder / "in", sealed = folder / "sealed", out = folder / "out";

private:
    template <class Request>
    tree_report_ptr run_batch(const Request& request) {
        const auto batch = actors::spawn_batch(runtime->system(), runtime->supervisor(), {});
        return ask<tree_report_ptr>(batch, request);
    }
};

std::size_t count(const tree_report& report, tree_status status) {
    return static_cast<std::size_t>(std::ranges::count(report.items, status, &tree_item::status));
}

const tree_item& item_of(const tree_report& report, const std::string& path) {
    const auto found = std::ranges::find(report.items, path, &tree_item::path);
    REQUIRE(found != report.items.end());
    return *found;
}

} // namespace

TEST_CASE_METHOD(
    tree_device, "a tree comes back with names, modes and times, and links and pipes are reported", "[sfc]") {
    fs::create_directories(in / "a/b/empty");
    write_text(in / "a/small", "content");
    write_text(in / "a/b/nothing", "");
    write_text(in / "a/edge", std::string(limits::small_file_bytes, 'e'));
    write_text(in / "large", std::string(limits::small_file_bytes + 1, 'l'));
    write_text(in / "\xff\xfe", "no UTF-8");
    fs::create_symlink("large", in / "link");
    REQUIRE(::mkfifo((in / "a/pipe").c_str(), 0600) == 0);
    set_attributes(in / "a/small", 0444, 981'173'106'123'456'789);
    set_attributes(in / "large", 0751, 1'000);
    set_attributes(in / "a/b/empty", 0700, 5'000'000'000);
    set_attributes(in / "a/b", 0555, 1'500'000'000'000'000'001);
    set_attributes(in / "a", 0770, 7'000'000'000);

    const auto sent = encrypt();
    CHECK(count(*sent, tree_status::done) == 5);
    CHECK(count(*sent, tree_status::skipped) == 2);
    CHECK(item_of(*sent, "link").sentence.find("symbolic link") != std::string::npos);
    CHECK(item_of(*sent, "a/pipe").sentence.find("named pipe") != std::string::npos);
    CHECK(encrypted_files() == 6); // and no journal
    CHECK(count(*decrypt(), tree_status::done) == 5);
    CHECK(tree_contents(out) == tree_contents(in));
}

TEST_CASE_METHOD(tree_device, "one bad file fails alone, and --resume tries it again", "[sfc]") {
    add_files(20);
    write_text(in / "bad\nname", "x");
    const auto first = [&] {
        const failing_call one{"link", 10}; // journal, ECS and cache come first
        return encrypt();
    }();
    CHECK(count(*first, tree_status::done) == 19);
    CHECK(count(*first, tree_status::failed) == 2);
    CHECK(item_of(*first, "bad\nname").code == errc::usage);
    CHECK(fs::exists(sealed / storage::tree_index_name)); // complete but for what failed
    CHECK(count(*decrypt(), tree_status::done) == 19);

    fs::rename(in / "bad\nname", in / "good name");
    const auto again = encrypt(true);
    CHECK(count(*again, tree_status::resumed) == 19);
    CHECK(count(*again, tree_status::done) == 2);
    CHECK(count(*again, tree_status::failed) == 0);
    CHECK_FALSE(fs::exists(sealed / storage::tree_journal_name));
    CHECK(encrypted_files() == 22);
    CHECK(count(*decrypt(true), tree_status::resumed) == 19);
    CHECK(tree_contents(out) == tree_contents(in));
}

TEST_CASE_METHOD(tree_device, "a run that stopped goes on without repeating what is done", "[sfc]") {
    add_files(static_cast<int>(limits::group_files) + 88);
    const auto stopped = failure_of([&] {
        const failing_call second_group{"sync_group", 2};
        encrypt();
    });
    CHECK(stopped.code() == errc::io_failed);
    CHECK(std::string{stopped.what()}.find("--resume") != std::string::npos);
    CHECK_FALSE(fs::exists(sealed / storage::tree_index_name));
    CHECK(failure_of([&] { encrypt(); }).code() == errc::output_refused); // only with --resume
    CHECK(failure_of([&] { decrypt(); }).code() == errc::input_unreadable);

    write_text(in / "1", "changed since"); // mostly done before, and now another file
    fs::remove(in / "2");
    const auto report = encrypt(true);
    const auto resumed = count(*report, tree_status::resumed); // the first group, in random order
    CHECK(resumed >= limits::group_files - 2);
    CHECK(resumed <= limits::group_files);
    CHECK(resumed + count(*report, tree_status::done) == limits::group_files + 87);
    CHECK(encrypted_files() == limits::group_files + 88 - 1 + 1); // nothing unfinished or stale is left, but the index
    decrypt();
    CHECK(tree_contents(out) == tree_contents(in));
    const auto complete = encrypt(true);
    CHECK(complete->was_complete);
    CHECK(complete->tree_uuid == report->tree_uuid);
    CHECK(count(*complete, tree_status::resumed) == limits::group_files + 87);
    write_text(in / "3", "later than the tree");
    CHECK(failure_of([&] { encrypt(true); }).code() == errc::output_refused);
    CHECK(failure_of([&] { encrypt(); }).code() == errc::output_refused);
}

TEST_CASE_METHOD(tree_device, "a journal that cannot be written stops the run", "[sfc]") {
    add_files(5);
    for (const int call : {1, 2}) { // before and after the group
        const failing_call one{"journal", call};
        CHECK(failure_of([&] { encrypt(call > 1); }).code() == errc::io_failed);
    }
    CHECK(count(*encrypt(true), tree_status::done) == 5);
    CHECK(encrypted_files() == 6);
}

TEST_CASE_METHOD(tree_device, "a run goes on with its own input and key only", "[sfc]") {
    add_files(3);
    {
        const failing_call one{"sync_group", 1};
        failure_of([&] { encrypt(); });
    }
    fs::create_directory(folder / "other");
    const auto refused = failure_of([&] { run(encrypt_tree{folder / "other", sealed, key_uuid, {}, 1, true}); });
    CHECK(refused.code() == errc::output_refused);
    CHECK(failure_of([&] {
        run(encrypt_tree{in, in / "0/../sealed", key_uuid, {}, 1, false});
    }).code() == errc::output_refused);
    CHECK(failure_of([&] { run(encrypt_tree{in, in, key_uuid, {}, 1, false}); }).code() == errc::output_refused);
    CHECK(failure_of([&] {
        run(encrypt_tree{in / "0", out, key_uuid, {}, 1, false});
    }).code() == errc::input_unreadable);
    CHECK(failure_of([&] { run(encrypt_tree{in, out, {}, {}, 1, false}); }).code() == errc::alpha_missing);
    CHECK_FALSE(fs::exists(out));
}

TEST_CASE_METHOD(tree_device, "damaged, missing and exchanged encrypted files fail alone", "[sfc]") {
    add_files(10);
    write_text(in / "large-1", std::string(limits::small_file_bytes + 1, 'l'));
    write_text(in / "large-2", std::string(limits::small_file_bytes + 1, 'm'));
    const auto sent = encrypt();
    auto damaged = read_text(encrypted_of(*sent, "3"));
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    write_text(encrypted_of(*sent, "3"), damaged);
    fs::remove(encrypted_of(*sent, "4"));
    exchange(*sent, "5", "6");
    exchange(*sent, "large-1", "large-2");
    const auto back = decrypt();
    CHECK(count(*back, tree_status::done) == 6);
    CHECK(item_of(*back, "3").code == errc::container_damaged);
    CHECK(item_of(*back, "4").code == errc::input_unreadable);
    for (const auto* path : {"5", "6", "large-1", "large-2"})
        CHECK(item_of(*back, path).code == errc::integrity_failed);
    CHECK_FALSE(fs::exists(out / "5"));
}

TEST_CASE_METHOD(tree_device, "encrypted files of equal name and length cannot stand for each other", "[sfc]") {
    const std::size_t large = limits::small_file_bytes + 1;
    for (const auto* name : {"one", "two"}) {
        fs::create_directory(in / name);
        write_text(in / name / "small", std::string{name} + " of equal length");
        write_text(in / name / "large", std::string(large, *name));
        write_text(in / name / "same", "the same content");
    }
    write_text(in / "apart", "untouched");
    const auto sent = encrypt();
    for (const std::string name : {"small", "large", "same"})
        exchange(*sent, "one/" + name, "two/" + name);
    const auto back = decrypt();
    CHECK(count(*back, tree_status::done) == 1);
    for (const std::string folder_name : {"one", "two"})
        for (const std::string name : {"/small", "/large", "/same"}) {
            CHECK(item_of(*back, folder_name + name).code == errc::integrity_failed);
            CHECK_FALSE(fs::exists(out / (folder_name + name)));
        }
    CHECK(read_text(out / "apart") == "untouched");
}

TEST_CASE_METHOD(tree_device, "an encrypted file of an older tree cannot stand for the newer one", "[sfc]") {
    for (const auto* name : {"small", "large"})
        write_text(in / name, std::string(*name == 's' ? 100 : limits::small_file_bytes + 1, 'o'));
    const auto older = encrypt();
    const auto kept = folder / "older";
    fs::rename(sealed, kept);
    for (const auto* name : {"small", "large"})
        write_text(in / name, std::string(fs::file_size(in / name), 'n'));
    const auto newer = encrypt();
    CHECK(older->tree_uuid != newer->tree_uuid);
    for (const auto* name : {"small", "large"})
        fs::copy_file(kept / item_of(*older, name).encrypted_name, encrypted_of(*newer, name),
            fs::copy_options::overwrite_existing);
    const auto back = decrypt();
    for (const auto* name : {"small", "large"})
        CHECK(item_of(*back, name).code == errc::integrity_failed);
    CHECK(tree_contents(out).empty());
}

TEST_CASE_METHOD(tree_device, "an encrypted file of another key cannot stand for one of a tree", "[sfc]") {
    add_files(2);
    const auto sent = encrypt();
    const auto other = create_another_key();
    fs::remove(encrypted_of(*sent, "1"));
    run_file(encrypt_file{in / "1", encrypted_of(*sent, "1"), other, false});
    const auto back = decrypt();
    CHECK(item_of(*back, "1").code == errc::integrity_failed);
    CHECK(count(*back, tree_status::done) == 1);
}

TEST_CASE_METHOD(tree_device, "decrypted files that may not have reached the disk are done again", "[sfc]") {
    add_files(10);
    encrypt();
    {
        const failing_call sync{"sync_group", 1};
        CHECK(failure_of([&] { decrypt(); }).code() == errc::io_failed);
    }
    CHECK(tree_contents(out).empty());
    CHECK(count(*decrypt(true), tree_status::done) == 10);
    CHECK(tree_contents(out) == tree_contents(in));
}

TEST_CASE_METHOD(
    tree_device, "without any claim the run stops soon, and goes on when there are claims again", "[sfc]") {
    add_files(40);
    configure(0, 0);
    ecs_plays({{unreachable(), ecs_call::claim_delta, 1000}});
    CHECK(failure_of([&] { encrypt(); }).code() == errc::claim_insufficient);
    CHECK(encrypted_files() == 1); // the journal
    const auto records = ecs_records();
    const auto asked = std::ranges::count(records, ecs_call::claim_delta, &ecs_record::call);
    CHECK(asked >= 6);
    CHECK(asked <= 25); // 79 when every part of the group asks anew
    restart();
    CHECK(count(*encrypt(true), tree_status::done) == 40);
}

TEST_CASE_METHOD(
    tree_device, "a finished tree is not complete with another key, or without one of its files", "[sfc]") {
    add_files(3);
    const auto sent = encrypt();
    CHECK(encrypt(true)->was_complete);
    const auto other = create_another_key();
    CHECK(failure_of([&] { run(encrypt_tree{in, sealed, other, {}, 1, true}); }).code() == errc::output_refused);
    fs::remove(encrypted_of(*sent, "1"));
    const auto missing = failure_of([&] { encrypt(true); });
    CHECK(missing.code() == errc::output_refused);
    CHECK(std::string{missing.what()}.find(item_of(*sent, "1").encrypted_name) != std::string::npos);
}

TEST_CASE_METHOD(tree_device, "the order of the encrypted files' positions does not tell that of the paths", "[sfc]") {
    for (int i = 10; i < 50; ++i)
        write_text(in / std::to_string(i), "x");
    const auto sent = encrypt();
    std::vector<u128> positions;
    for (const auto& item : sent->items) {
        const auto source = std::make_shared<storage::file_source>(sealed / item.encrypted_name);
        positions.push_back(storage::open_encrypted_file(source, nullptr).metadata.global_position_start);
    }
    CHECK(positions.size() == 40);
    CHECK_FALSE(std::ranges::is_sorted(positions)); // by chance once in 40! runs
    CHECK_FALSE(std::ranges::is_sorted(positions, std::ranges::greater{}));
}

TEST_CASE_METHOD(tree_device, "decrypting leaves other files alone, or replaces them", "[sfc]") {
    add_files(4);
    encrypt();
    fs::create_directory(out);
    write_text(out / "2", "mine");
    const auto first = decrypt();
    CHECK(count(*first, tree_status::done) == 3);
    CHECK(item_of(*first, "2").code == errc::output_refused);
    CHECK(read_text(out / "2") == "mine");
    const auto again = decrypt(true);
    CHECK(count(*again, tree_status::resumed) == 3);
    CHECK(item_of(*again, "2").code == errc::output_refused);
    const auto replaced = decrypt(true, true);
    CHECK(count(*replaced, tree_status::resumed) == 3);
    CHECK(count(*replaced, tree_status::done) == 1);
    CHECK(tree_contents(out) == tree_contents(in));
}

TEST_CASE_METHOD(tree_device, "a link where a folder should be leads nowhere", "[sfc]") {
    fs::create_directories(in / "a/b");
    write_text(in / "a/b/file", "x");
    write_text(in / "other", "x");
    encrypt();
    fs::create_directories(folder / "elsewhere");
    fs::create_directory(out);
    fs::create_directory_symlink(folder / "elsewhere", out / "a");
    const auto back = decrypt();
    CHECK(count(*back, tree_status::done) == 1);
    for (const auto* path : {"a", "a/b", "a/b/file"})
        CHECK(item_of(*back, path).code == errc::output_refused);
    CHECK(fs::is_empty(folder / "elsewhere"));
}

TEST_CASE_METHOD(tree_device, "patterns choose what is encrypted and what is decrypted", "[sfc]") {
    fs::create_directories(in / "docs/deep");
    fs::create_directories(in / "build");
    for (const auto* path : {"docs/deep/a.md", "docs/b.txt", "build/c.md", "d.md"})
        write_text(in / path, path);
    run(encrypt_tree{in, sealed, key_uuid, {{"*.md"}, {"build/"}}, 1, false});
    run(decrypt_tree{sealed, out, {}, 1, false, false});
    CHECK(fs::exists(out / "docs/deep/a.md"));
    CHECK(fs::exists(out / "d.md"));
    CHECK(tree_contents(out).size() == 4); // and the two folders on the way
    run(decrypt_tree{sealed, folder / "some", {{"deep"}, {}}, 1, false, false});
    CHECK(tree_contents(folder / "some").size() == 3);
}

TEST_CASE_METHOD(tree_device, "small files share a claim, and part when no single claim is large enough", "[sfc]") {
    for (const auto* name : {"a", "b", "c"})
        write_text(in / name, std::string(3000, 'x'));
    configure(0, 0);
    const auto before = pointer();
    encrypt();
    const auto used = pointer() - before; // one claim for all three, one for the index
    CHECK(used >= 3 * 4024 + 1024);

    configure(0, 0, true);
    for (int i = 0; i < 4; ++i)
        hold(cache_reason::offline, 0.05);
    fs::remove_all(sealed);
    CHECK(count(*encrypt(), tree_status::done) == 3);
}
