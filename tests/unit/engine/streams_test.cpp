// Streams of the public API: they are files without a file, and give out nothing that was not checked.
#include "storage/container/container_file.hpp"
#include "storage/records/encrypted_file.hpp"
#include "tests/support/environment.hpp"
#include "tests/unit/engine/opened.hpp"
#include <catch2/catch.hpp>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

constexpr std::size_t mib = 1 << 20;

std::string text_of(std::size_t size) {
    std::string text(size, 0);
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>(i * 7 + i / 251);
    return text;
}

/// Gives `text` in pieces of at most `piece` bytes; after its end it must not be asked again.
stream_input from(const std::string& text, std::size_t piece = 100'000) {
    return [&text, piece, given = std::size_t{0}, ended = false](byte_span room) mutable {
        REQUIRE_FALSE(ended);
        REQUIRE_FALSE(room.empty());
        const auto size = std::min({room.size(), piece, text.size() - given});
        std::copy_n(text.data() + given, size, room.data());
        given += size;
        ended = size == 0;
        return size;
    };
}

stream_output into(std::string& text) {
    return [&text](const_byte_span bytes) {
        REQUIRE_FALSE(bytes.empty());
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
}

stream_output nowhere() {
    return [](const_byte_span) {};
}

struct streaming : opened {
    scoped_variable folder{"TMPDIR", made_folder()};

    std::string made_folder() const {
        fs::create_directory(in("tmp"));
        return in("tmp").string();
    }
    /// Files without a name in $TMPDIR that this process has open.
    std::vector<fs::path> temporary_files() const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            if (fs::read_symlink(entry.path(), gone).string().starts_with(in("tmp").string() + "/"))
                found.push_back(entry.path());
        }
        return found;
    }
    void require_nothing_left() const {
        CHECK(names_in(in("tmp")).empty());
        CHECK(temporary_files().empty());
    }
    /// At the ECS and held here.
    u128 positions_left() {
        const auto key = library.view_key(key_uuid);
        auto left = key.summary.latest_delta->remaining;
        for (const auto& held : key.cache->held)
            left += held.left.remaining;
        return left;
    }
    std::string encrypted(const std::string& plain) {
        std::string out;
        library.encrypt(encrypt_stream{from(plain), into(out), "note.txt", key_uuid});
        return out;
    }
    std::string decrypted(const std::string& container) {
        std::string out;
        library.decrypt(decrypt_stream{from(container), into(out)});
        return out;
    }
};

/// The container with one more byte of its decrypted data changed, as who knows the format can make it: every check of
/// the container holds.
std::string forged(const std::string& container, std::uint64_t place) {
    const auto file = storage::open_encrypted_file(
        std::make_shared<storage::memory_source>(std::vector<std::uint8_t>{container.begin(), container.end()}, "it"),
        nullptr);
    const auto text = file.container->read(*file.container->find(storage::encryption_metadata_uuid), 4096);
    auto data = file.container->read(file.data, container.size());
    data.data()[place] ^= 1;
    storage::memory_sink sink;
    storage::sfc_writer writer(sink, nullptr);
    writer.add(storage::encryption_metadata_uuid, {}, text);
    writer.add(storage::encrypted_data_uuid, {}, data);
    writer.finish();
    const auto bytes = sink.take();
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE_METHOD(streaming, "what a stream was comes back, and it is what a file is", "[library][streams]") {
    const scoped_variable layer{"OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS",
        GENERATE(true, false) ? std::optional<std::string>{"of the layer"} : std::nullopt};
    client other{{.config_dir = in("config"), .max_threads = 2, .password = [] { return secure_bytes{the_password}; }}};
    // With 1024 bytes before it the last but one ends with a chunk, so that only random suffix is left for the next.
    const auto plain = text_of(GENERATE(as<std::size_t>{}, 0, 1, mib - 1024, 3 * mib - 1024, 3 * mib + 1));
    const auto piece = GENERATE(as<std::size_t>{}, 70'001, 2 * mib);

    std::string container;
    const auto made = other.encrypt(encrypt_stream{from(plain, piece), into(container), "note.txt", key_uuid});
    CHECK(made.name == "note.txt");
    CHECK(made.bytes == plain.size());
    CHECK(made.encrypted_bytes == container.size());
    CHECK(made.positions >= plain.size() + 1024);
    CHECK(made.positions <= plain.size() + 1024 + plain.size() / 20);
    CHECK(made.key_uuid == key_uuid);
    CHECK(made.delta_seq == 1);

    std::string back;
    const auto read = other.decrypt(decrypt_stream{from(container, piece), into(back)});
    CHECK((back == plain));
    CHECK(read.name == "note.txt");
    CHECK(read.bytes == plain.size());
    CHECK(read.encrypted_bytes == container.size());
    CHECK(read.positions == made.positions);
    CHECK(read.key_uuid == key_uuid);
    CHECK(read.delta_seq == 1);

    write_text(in("a.omegasafe"), container);
    const auto file = other.decrypt(decrypt_file{in("a.omegasafe"), in("out"), ""});
    CHECK(file.output == in("out/note.txt"));
    CHECK((read_text(file.output) == plain));
    const auto seen = inspect(in("a.omegasafe"), in("config"));
    CHECK(seen.password_protected == (std::getenv("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS") != nullptr));
    CHECK(seen.encrypted_file->length == made.positions);

    other.encrypt(encrypt_file{in("out/note.txt"), in("b.omegasafe"), key_uuid});
    std::string from_file;
    container = read_text(in("b.omegasafe"));
    CHECK(other.decrypt(decrypt_stream{from(container, piece), into(from_file)}).name == "note.txt");
    CHECK((from_file == plain));
    require_nothing_left();
}

TEST_CASE_METHOD(
    streaming, "a stream takes as many positions as it says, and none before it has ended", "[library][streams]") {
    encrypted("the first claim of a key reserves some ahead");
    const auto before = positions_left();
    const stream_input failing = [n = 0](byte_span room) mutable {
        if (n++ == 3)
            throw std::runtime_error("the source is gone");
        return room.size();
    };
    CHECK(code_of([&] { library.encrypt(encrypt_stream{failing, nowhere(), "note.txt", key_uuid}); }) == errc::aborted);
    CHECK((positions_left() == before));
    const auto plain = text_of(2 * mib);
    const auto made = library.encrypt(encrypt_stream{from(plain), nowhere(), "note.txt", key_uuid});
    CHECK((positions_left() == before - made.positions));
    require_nothing_left();
}

TEST_CASE_METHOD(streaming, "a damaged stream gives nothing out", "[library][streams]") {
    const auto container = encrypted(text_of(3 * mib + 1));
    std::string out;
    const auto code = [&](const std::string& damaged) {
        return code_of([&] { library.decrypt(decrypt_stream{from(damaged), into(out)}); });
    };
    for (const auto place : {std::size_t{0}, std::size_t{100}, std::size_t{200}, std::size_t{70'000}, 2 * mib,
             container.size() - 20, container.size() - 1}) {
        auto damaged = container;
        damaged[place] = static_cast<char>(damaged[place] ^ 1);
        CAPTURE(place);
        CHECK(code(damaged) == errc::container_damaged);
    }
    for (const auto size : {std::size_t{0}, std::size_t{1}, mib, container.size() - 1})
        CHECK(code(container.substr(0, size)) == errc::container_damaged);
    CHECK(code(container + "x") == errc::container_damaged);
    for (const auto place : {0UL, 9UL, 20UL, 1024UL, 3 * mib})
        CHECK(code(forged(container, place)) == errc::integrity_failed);
    CHECK(out.empty());
    require_nothing_left();
    CHECK((decrypted(container) == text_of(3 * mib + 1)));
}

TEST_CASE_METHOD(
    streaming, "a stream under a layer needs its password and gives nothing out without", "[library][streams]") {
    std::string container, out;
    const auto with_layer = [&](const char* password) {
        const scoped_variable layer{"OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", password};
        client other{{.config_dir = in("config"), .password = [] { return secure_bytes{the_password}; }}};
        if (container.empty())
            other.encrypt(encrypt_stream{from("secret"), into(container), "note.txt", key_uuid});
        else
            other.decrypt(decrypt_stream{from(container), into(out)});
    };
    with_layer("right");
    storage::update_container(
        in("config") / "omegasafe_keys.sfc", std::make_shared<storage::sfc_password>(the_password), [&](const auto&) {
            return storage::container_changes{{}, {key_uuid}};
        }); // it would be remembered
    CHECK(code_of([&] { with_layer("wrong"); }) == errc::layer_password);
    CHECK(code_of([&] { decrypted(container); }) == errc::layer_password);
    CHECK(out.empty());
    with_layer("right");
    CHECK(out == "secret");
    CHECK(decrypted(container) == "secret");
}

TEST_CASE_METHOD(streaming, "a callback that throws ends its call with aborted", "[library][streams]") {
    const auto plain = text_of(3 * mib);
    const auto container = encrypted(plain);
    std::string out;
    const auto after = [](int calls) {
        return [calls](byte_span room) mutable -> std::size_t {
            if (calls-- == 0)
                throw 7; // whatever it is
            return std::min<std::size_t>(room.size(), 1000);
        };
    };
    const auto output_after = [&out](int calls) {
        return [calls, &out](const_byte_span bytes) mutable {
            if (calls-- == 0)
                throw failure(errc::io_failed, "no room");
            into(out)(bytes);
        };
    };
    for (const auto calls : {0, 1, 5}) {
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{after(calls), into(out), "note.txt", key_uuid});
        }) == errc::aborted);
        CHECK(code_of([&] { library.decrypt(decrypt_stream{after(calls), into(out)}); }) == errc::aborted);
        CHECK(out.empty());
    }
    for (const auto calls : {0, 1, 2}) {
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{from(plain), output_after(calls), "note.txt", key_uuid});
        }) == errc::aborted);
        CHECK(code_of([&] { decrypted(out); }) == errc::container_damaged); // its beginning is of no use
        out.clear();
        CHECK(code_of([&] { library.decrypt(decrypt_stream{from(container), output_after(calls)}); }) == errc::aborted);
        CHECK((out == plain.substr(0, static_cast<std::size_t>(calls) * mib)));
        out.clear();
    }
    require_nothing_left();
}

TEST_CASE_METHOD(streaming, "a stop ends a stream at each of its stages", "[library][streams]") {
    const auto plain = text_of(3 * mib);
    const auto container = encrypted(plain);
    std::stop_source source;
    const watch stopped{.stop = source.get_token()};
    std::string out;
    const auto stopping = [&source](stream_input input) {
        return [&source, input](byte_span room) {
            source.request_stop();
            return input(room);
        };
    };
    const auto stopping_output = [&](const_byte_span bytes) {
        source.request_stop();
        into(out)(bytes);
    };
    SECTION("before the first byte is read") {
        source.request_stop();
        const stream_input never = [](byte_span) -> std::size_t { throw std::logic_error("called"); };
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{never, into(out), "note.txt", key_uuid}, stopped);
        }) == errc::aborted);
        CHECK(code_of([&] { library.decrypt(decrypt_stream{never, into(out)}, stopped); }) == errc::aborted);
        CHECK(out.empty());
    }
    SECTION("while a plain one is read") {
        const auto before = positions_left();
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{stopping(from(plain)), into(out), "note.txt", key_uuid}, stopped);
        }) == errc::aborted);
        CHECK((positions_left() == before));
        CHECK(out.empty());
    }
    SECTION("at its end") {
        const auto before = positions_left();
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{stopping(from("")), into(out), "note.txt", key_uuid}, stopped);
        }) == errc::aborted);
        CHECK((positions_left() == before));
    }
    SECTION("while an encrypted one is read") {
        CHECK(code_of([&] {
            library.decrypt(decrypt_stream{stopping(from(container)), into(out)}, stopped);
        }) == errc::aborted);
        CHECK(out.empty());
    }
    SECTION("while it is given out") {
        CHECK(code_of([&] {
            library.encrypt(encrypt_stream{from(plain), stopping_output, "note.txt", key_uuid}, stopped);
        }) == errc::aborted);
        CHECK(out.size() < mib);
    }
    SECTION("while what was decrypted is given out") {
        CHECK(code_of([&] {
            library.decrypt(decrypt_stream{from(container), stopping_output}, stopped);
        }) == errc::aborted);
        CHECK(out.size() == mib);
    }
    require_nothing_left();
}

TEST_CASE_METHOD(streaming, "a listener hears how far a stream is, and stops it", "[library][streams]") {
    std::vector<progress> heard;
    const auto plain = text_of(3 * mib);
    std::string out;
    library.encrypt(encrypt_stream{from(plain), into(out), "note.txt", key_uuid},
        {.listener = [&](const progress& now) { heard.push_back(now); }});
    REQUIRE_FALSE(heard.empty());
    for (const auto& now : heard)
        CHECK((now.total == 0 || now.done <= now.total));
    out.clear();
    const stream_input slow = [calls = 0](byte_span room) mutable {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        return ++calls == 20'000 ? 0 : std::min<std::size_t>(room.size(), 10);
    };
    CHECK(code_of([&] {
        library.encrypt(encrypt_stream{slow, into(out), "note.txt", key_uuid},
            {.listener = [](const progress&) { throw std::runtime_error("stop"); }});
    }) == errc::aborted);
    CHECK(out.empty());
    require_nothing_left();
}

TEST_CASE_METHOD(streaming, "nobody can read a stream in its temporary files", "[library][streams]") {
    const std::string secret = "a sentence that nobody else may read";
    std::string plain;
    while (plain.size() < mib)
        plain += secret;
    std::string container;
    std::size_t looked = 0;
    const auto look = [&](std::string& out) {
        return [&, this](const_byte_span bytes) {
            for (const auto& file : temporary_files()) {
                CHECK(read_text(file).find(secret) == std::string::npos);
                ++looked;
            }
            into(out)(bytes);
        };
    };
    library.encrypt(encrypt_stream{from(plain), look(container), "note.txt", key_uuid});
    CHECK(looked > 0);
    looked = 0;
    std::string out;
    library.decrypt(decrypt_stream{from(container), look(out)});
    CHECK(looked > 0);
    CHECK((out == plain));
    require_nothing_left();
}

TEST_CASE_METHOD(streaming, "what cannot be a stream is refused before it is read", "[library][streams]") {
    const stream_input never = [](byte_span) -> std::size_t { throw std::logic_error("called"); };
    const auto code = [&](const encrypt_stream& request) { return code_of([&] { library.encrypt(request); }); };
    CHECK(code({never, nowhere(), "../note.txt", key_uuid}) == errc::usage);
    CHECK(code({never, nowhere(), "", key_uuid}) == errc::usage);
    CHECK(code({{}, nowhere(), "note.txt", key_uuid}) == errc::usage);
    CHECK(code({never, {}, "note.txt", key_uuid}) == errc::usage);
    CHECK(code({never, nowhere(), "note.txt", uuid{}}) == errc::alpha_missing);
    CHECK(code_of([&] { library.decrypt(decrypt_stream{{}, nowhere()}); }) == errc::usage);
    CHECK(code_of([&] { library.decrypt(decrypt_stream{never, {}}); }) == errc::usage);
    const stream_input boastful = [](byte_span room) { return room.size() + 1; };
    CHECK(code({boastful, nowhere(), "note.txt", key_uuid}) == errc::usage);
    const scoped_variable gone{"TMPDIR", in("nothing here").string()};
    CHECK(code({never, nowhere(), "note.txt", key_uuid}) == errc::io_failed);
}

TEST_CASE_METHOD(streaming, "a stream that no Delta holds is refused where it becomes too long", "[library][streams]") {
    const auto small =
        library
            .create_key({.name = "small", .ecs_uuid = library.find_ecs().ecs_uuid, .geometry = {100'000, 100'000, 2}})
            .alpha;
    std::uint64_t given = 0;
    const stream_input endless = [&](byte_span room) {
        given += room.size();
        return room.size();
    };
    CHECK(code_of([&] {
        library.encrypt(encrypt_stream{endless, nowhere(), "note.txt", small.key_uuid});
    }) == errc::file_too_large);
    CHECK(given < small.geometry.capacity() + 2 * mib);
    const auto now = library.view_key(small.key_uuid).summary;
    CHECK((now.latest_delta->remaining == now.latest_delta->total));
    require_nothing_left();
}
