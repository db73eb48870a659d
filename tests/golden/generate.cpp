// Writes the golden files that are not there yet, cases.json and the fuzz seeds; the files vector_* are made by
// vectors.py before. Golden files are made once and kept for ever; this program shows how. Usage: golden_generate
// <golden folder> <fuzz seeds folder>
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include "storage/container/container_growth.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/records/encrypted_file.hpp"
#include "tests/golden/golden_folder.hpp"
#include <algorithm>
#include <iostream>

namespace {

using namespace omegasafe;
using namespace omegasafe::golden;

/// Puts a right checksum on changed header bytes.
void repair_checksum(bytes& container) {
    const auto checksum = crypto::sha256::of(const_byte_span(container).first(160));
    std::copy(checksum.begin(), checksum.end(), container.begin() + 160);
}

/// A container with entries of 0, 1 and 65,537 bytes (two segments).
bytes container(const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    writer.add(numbered(3), bytes{}, pattern(65'537, 3));
    writer.add(numbered(1), pattern(5, 200), {});
    writer.add(numbered(2), {}, pattern(1, 2));
    writer.finish();
    return sink.take();
}

bytes small_container(const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    writer.add(numbered(1), pattern(3, 0), pattern(20, 0));
    writer.add(numbered(2), {}, {});
    writer.finish();
    return sink.take();
}

ordered_json container_content() {
    const auto entry = [](std::uint8_t number, const std::string& attributes, std::size_t size) {
        return ordered_json{{"uuid", crypto::to_string(numbered(number))}, {"attributes", attributes},
            {"pattern", {{"length", size}, {"start", number}}}};
    };
    return {{"outcome", "ok"},
        {"entries", {entry(1, crypto::to_hexadecimal(pattern(5, 200)), 0), entry(2, "", 1), entry(3, "", 65'537)}}};
}

void containers(golden_folder& golden) {
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.finish();
    golden.add("sfc_empty.sfc", sink.take(), "sfc", nullptr, {{"outcome", "ok"}, {"entries", ordered_json::array()}});
    for (const auto& [name, password] : {std::pair<std::string, ordered_json>{"plain", nullptr},
             {"scrypt", chosen_password}, {"hkdf", generated_password}}) {
        const auto good = container(password_of(password));
        golden.add("sfc_" + name + ".sfc", good, "sfc", password, container_content());
        if (name == "scrypt")
            continue;
        const auto small = small_container(password_of(password));
        const auto broken = [&](const std::string& how, auto change, const std::string& code) {
            auto bad = small;
            change(bad);
            golden.add("sfc_" + name + "_" + how + ".sfc", bad, "sfc", password, fails(code));
        };
        broken(
            "truncated", [](bytes& bad) { bad.pop_back(); }, "container_damaged");
        broken(
            "trailing", [](bytes& bad) { bad.push_back(0); }, "container_damaged");
        broken(
            "flipped_header", [](bytes& bad) { bad[100] ^= 1; }, "container_damaged");
        broken(
            "flipped_entry", [](bytes& bad) { bad[200] ^= 1; }, "container_damaged");
        broken(
            "flipped_directory", [](bytes& bad) { bad[bad.size() - 20] ^= 1; }, "container_damaged");
    }
    golden.add_case("sfc_scrypt.sfc", "sfc", "wrong password", fails("password_wrong"));
    golden.add_case("sfc_hkdf.sfc", "sfc", "wrong password", fails("password_wrong"));
    golden.add_case("sfc_hkdf.sfc", "sfc", nullptr, fails("password_missing"));
    const auto newer = [&](const std::string& name, std::size_t at, std::uint8_t value) {
        memory_sink empty;
        sfc_writer empty_writer(empty, nullptr);
        empty_writer.finish();
        auto changed = empty.take();
        changed[at] = value;
        repair_checksum(changed);
        golden.add(name, changed, "sfc", nullptr, fails("container_newer"));
    };
    newer("sfc_newer_version.sfc", 8, 2);
    newer("sfc_newer_flag.sfc", 10, 2);
    newer("sfc_newer_kdf.sfc", 12, 3);
}

class file_in_memory final : public in_place_file {
public:
    explicit file_in_memory(bytes content) { sink_.write_at(0, content); }
    void write_at(std::uint64_t offset, const_byte_span data) override { sink_.write_at(offset, data); }
    void sync() override {}
    void cut(std::uint64_t) override {}
    bytes take() { return sink_.take(); }

private:
    memory_sink sink_;
};

/// What changes in place make of a container: entry 4 of `size` bytes was added, entry 1 got new attributes twice.
bytes grown(bytes content, std::size_t size, const sfc_password_ptr& password) {
    for (const auto start : bytes{4, 5, 200}) {
        container_changes changes;
        changes.put.push_back({numbered(1), pattern(5, start), std::nullopt});
        if (start == 4)
            changes.put.push_back({numbered(4), bytes{}, secure_bytes(const_byte_span(pattern(size, 4)))});
        const sfc_reader reader(std::make_shared<memory_source>(content, "golden"), password, sfc_layout::growing);
        file_in_memory file(content);
        if (!grow_container(file, reader, password, changes))
            throw failure(errc::internal, "The golden container did not grow.");
        content = file.take();
    }
    return content;
}

void local_containers(golden_folder& golden) {
    auto expected = container_content();
    expected["entries"].push_back({{"uuid", crypto::to_string(numbered(4))}, {"attributes", ""},
        {"pattern", {{"length", 70'000}, {"start", 4}}}});
    for (const auto& [name, password] :
        {std::pair<std::string, ordered_json>{"plain", nullptr}, {"hkdf", generated_password}}) {
        const auto opened = password_of(password);
        const auto content = grown(container(opened), 70'000, opened);
        golden.add("local_" + name + ".sfc", content, "local_sfc", password, expected);
        golden.add_case("local_" + name + ".sfc", "sfc", password, fails("container_damaged"));
        auto torn = content;
        std::fill_n(torn.begin() + 100, 92, std::uint8_t{0});
        golden.add("local_" + name + "_torn.sfc", torn, "local_sfc", password, expected);
        auto longer = content;
        longer.insert(longer.end(), 500, 7);
        golden.add("local_" + name + "_longer.sfc", longer, "local_sfc", password, expected);
    }
}

void keys(golden_folder& golden, const key_iteration_ptr& alpha, const key_iteration& delta) {
    for (const auto& [name, password] :
        {std::pair<std::string, ordered_json>{"plain", nullptr}, {"scrypt", chosen_password}}) {
        const auto file = "alpha_" + name + ".omegakey";
        if (!golden.has(file))
            export_key(golden.path(file), {alpha, std::nullopt}, password_of(password));
        golden.add_case(file, "exported_key", password, described(*alpha));
    }
    const std::vector<std::string> layer_passwords{"layer-password-1", "older-password-2"};
    if (!golden.has("alpha_layer.omegakey")) {
        key_layer layer{.key_uuid = alpha->info.key_uuid, .choice = layer_choice::own};
        for (const auto& password : layer_passwords)
            layer.passwords.push_back(make_secret(password));
        export_key(golden.path("alpha_layer.omegakey"), {alpha, layer}, password_of(generated_password));
    }
    auto with_layer = described(*alpha);
    with_layer["layer"] = {{"choice", 2}, {"passwords", layer_passwords}};
    golden.add_case("alpha_layer.omegakey", "exported_key", generated_password, with_layer);
    auto expected = described(delta);
    expected["alpha"] = "alpha_plain.omegakey";
    golden.add("delta_plain.omegadelta", seal_delta(*alpha, 1'000, delta, nullptr), "delta", nullptr, expected);
    golden.add("delta_layer.omegadelta", seal_delta(*alpha, 400'000, delta, password_of(generated_password)), "delta",
        generated_password, expected);
}

bytes to_bytes(const_byte_span data) {
    return {data.begin(), data.end()};
}

void encrypted_files(golden_folder& golden, const key_iteration& delta) {
    const auto start = static_cast<std::uint64_t>(delta.info.first_position());
    const auto file = [&](std::uint64_t first, std::size_t size, std::uint64_t suffix, const ordered_json& layer) {
        return encrypt_in_memory(delta, first, {delta.info.key_uuid, start + first}, "report.txt", pattern(size, 0),
            suffix, password_of(layer));
    };
    const auto expected = [&](std::size_t size) {
        return ordered_json{{"outcome", "ok"}, {"delta", "delta_plain.omegadelta"}, {"alpha", "alpha_plain.omegakey"},
            {"name", "report.txt"}, {"pattern", {{"length", size}, {"start", 0}}}};
    };
    golden.add("file_empty.omegasafe", file(0, 0, 0, nullptr), "encrypted_file", nullptr, expected(0));
    // 152,100 positions are one turn of rotor 1: this file crosses turns of the nucleus and of rotor 1.
    golden.add(
        "file_plain.omegasafe", file(152'000, 70'000, 1'234, nullptr), "encrypted_file", nullptr, expected(70'000));
    golden.add("file_layer_scrypt.omegasafe", file(300'000, 1'000, 50, chosen_password), "encrypted_file",
        chosen_password, expected(1'000));
    golden.add("file_layer_hkdf.omegasafe", file(400'000, 1'000, 0, generated_password), "encrypted_file",
        generated_password, expected(1'000));
    golden.add_case("file_layer_hkdf.omegasafe", "encrypted_file", "wrong password", fails("layer_password"));
    golden.add_case("file_layer_hkdf.omegasafe", "encrypted_file", nullptr, fails("layer_password"));
    auto truncated = file(500'000, 100, 5, nullptr);
    truncated.resize(truncated.size() / 2);
    golden.add("file_truncated.omegasafe", truncated, "encrypted_file", nullptr, fails("container_damaged"));
    auto outcome = fails("integrity_failed");
    outcome["delta"] = "delta_plain.omegadelta";
    outcome["alpha"] = "alpha_plain.omegakey";
    const auto repacked = [&](const_byte_span data) {
        memory_sink sink;
        sfc_writer writer(sink, nullptr);
        writer.add(encryption_metadata_uuid, {}, crypto::as_bytes(to_json({delta.info.key_uuid, start + 600'000})));
        writer.add(encrypted_data_uuid, {}, data);
        writer.finish();
        return sink.take();
    };
    // All there, but encrypted for the position before.
    auto plain = to_bytes(encode({"report.txt", 0, crypto::sha256::of({})}, {delta, start + 599'999, 1'024}));
    const auto encrypted = [&] {
        auto data = plain;
        delta.cipher->encrypt(600'000, data, data);
        return data;
    };
    golden.add("file_moved.omegasafe", repacked(encrypted()), "encrypted_file", nullptr, outcome);
    // As files were before there was a tag: the name at 48.
    plain[4] = 1;
    std::copy_n(plain.begin() + 80, 10, plain.begin() + 48);
    golden.add("file_without_tag.omegasafe", repacked(encrypted()), "encrypted_file", nullptr, outcome);
    // Whole as a container, but its cipher text was altered before it was packed.
    plain = bytes(1'124, 0);
    crypto::random_fill(plain);
    golden.add("file_altered.omegasafe", repacked(plain), "encrypted_file", nullptr, outcome);
}

void seeds(const std::filesystem::path& folder, const key_iteration& alpha) {
    const auto sealed = password_of(generated_password);
    write(folder / "sfc" / "plain", small_container(nullptr));
    write(folder / "sfc" / "sealed", small_container(sealed));
    write(folder / "sfc" / "grown_plain", grown(small_container(nullptr), 30, nullptr));
    write(folder / "sfc" / "grown_sealed", grown(small_container(sealed), 30, sealed));
    const auto file = [&](const sfc_password_ptr& layer) {
        return encrypt_in_memory(alpha, 0, {alpha.info.key_uuid, 0}, "a", pattern(20, 0), 1, layer);
    };
    write(folder / "encrypted_file" / "plain", file(nullptr));
    write(folder / "encrypted_file" / "layer", file(sealed));
    const std::string id = R"({"key_uuid":"11111111-2222-4333-8444-555555555555","global_position_start":)";
    write(folder / "encryption_metadata" / "integer", crypto::as_bytes(id + "7}"));
    write(folder / "encryption_metadata" / "string", crypto::as_bytes(id + "\"9007199254740992\"}"));
    write(folder / "file_metadata" / "good", encode({"report.txt", 7, {}}, {alpha, 0, 1'031}).span());
    write(folder / "key_iteration" / "info", encode(alpha.info));
    auto payload = encode_payload(alpha.info, alpha.cipher->key());
    write(folder / "key_iteration" / "payload_start", const_byte_span(payload).first(1'000));
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: golden_generate <golden folder> <fuzz seeds folder>\n";
        return 2;
    }
    golden_folder golden(arguments[1]);
    key_iteration_ptr alpha, delta;
    if (golden.has("delta_plain.omegadelta")) {
        alpha = golden.exported_key("alpha_plain.omegakey");
        delta = open_delta(*alpha, read_file(golden.path("delta_plain.omegadelta"), limits::delta_container_bytes), {});
    } else {
        alpha = draw(0, crypto::random_uuid());
        delta = draw(3, alpha->info.key_uuid);
    }
    containers(golden);
    local_containers(golden);
    keys(golden, alpha, *delta);
    encrypted_files(golden, *delta);
    records(golden, *alpha, *delta);
    vectors(golden);
    golden.finish();
    seeds(arguments[2], *alpha);
}
