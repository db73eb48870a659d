// A program that uses omegasafe: example CONFIG_DIR FILE
#include <algorithm>
#include <iostream>
#include <omegasafe/omegasafe.hpp>

namespace {

void list(const std::vector<omegasafe::key_summary>& keys) {
    for (const auto& key : keys)
        std::cout << "key " << omegasafe::to_string(key.key_uuid) << " " << key.name_local << ": "
                  << (key.total ? omegasafe::to_decimal(key.total->remaining) : "?") << " positions left\n";
}

void buffer_there_and_back(omegasafe::client& client, const omegasafe::uuid& key) {
    const omegasafe::secure_bytes secret(std::string_view{"a secret in memory"});
    const auto encrypted = client.encrypt(secret, "note.txt", key);
    const auto back = client.decrypt(encrypted);
    std::cout << "buffer: " << secret.size() << " bytes, " << encrypted.size() << " encrypted, back as " << back.name
              << (std::ranges::equal(back.content.span(), secret.span()) ? ", identical\n" : ", DIFFERENT\n");
}

void file_there_and_back(omegasafe::client& client, const std::string& file, const omegasafe::uuid& key) {
    const omegasafe::watch shown{
        [](const omegasafe::progress& now) { std::cout << "progress: " << now.done << " of " << now.total << "\n"; },
        {}};
    const auto encrypted = client.encrypt(omegasafe::encrypt_file{file, file + ".omegasafe", key}, shown);
    std::cout << "file: " << encrypted.bytes << " bytes with " << encrypted.positions << " positions to "
              << encrypted.output.string() << "\n";

    omegasafe::decrypt_file request;
    request.input = encrypted.output;
    request.output_folder = std::filesystem::absolute(file).parent_path();
    request.name_override = std::filesystem::path(file).filename().string() + ".back";
    std::cout << "file: back in " << client.decrypt(request, shown).output.string() << "\n";
}

void refused(omegasafe::client& client, const std::string& file) {
    try {
        client.encrypt(omegasafe::encrypt_file{file, file + ".other", omegasafe::uuid{}});
    } catch (const omegasafe::failure& problem) {
        std::cout << "refused: " << omegasafe::to_string(problem.code()) << ": " << problem.what() << "\n";
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: example CONFIG_DIR FILE\n";
        return 2;
    }
    try {
        omegasafe::client_options options;
        options.config_dir = argv[1];
        omegasafe::client client(options);
        const auto keys = client.list_keys();
        list(keys);
        if (keys.empty())
            throw omegasafe::failure(
                omegasafe::errc::key_unknown, "There is no key; make one with omegasafe create-key.");
        buffer_there_and_back(client, keys.front().key_uuid);
        file_there_and_back(client, argv[2], keys.front().key_uuid);
        refused(client, argv[2]);
    } catch (const omegasafe::failure& problem) {
        std::cerr << "example: " << problem.what() << "\n" << omegasafe::hint(problem.code()) << "\n";
        return omegasafe::exit_code(problem.code());
    }
}
