#include "actors/key_layers.hpp"

#include "actors/asking.hpp"
#include <algorithm>

namespace omegasafe::actors {

namespace {

constexpr const char* layer_property = "TRADITIONAL_ENC_LAYER_PASS";

} // namespace

layer_in_use key_layers::in_use(const uuid& key_uuid, bool to_seal) {
    const auto [text, source] = choose(key_uuid);
    if (!text)
        return {};
    if (to_seal)
        remember(key_uuid, text);
    return {password_of(text), source};
}

passwords_ptr key_layers::known(const std::vector<uuid>& keys, const std::optional<uuid>& first) {
    std::vector<secret_ptr> texts;
    const auto add = [&](const secret_ptr& text) {
        const auto same = [&](const secret_ptr& other) { return other->text() == text->text(); };
        if (text && std::ranges::none_of(texts, same))
            texts.push_back(text);
    };
    if (first) {
        add(choose(*first).text);
        std::ranges::for_each(record_of(*first).passwords, add);
    }
    ask_configured();
    add(configured_->text);
    std::vector<storage::key_layer> records;
    for (const auto& key : keys)
        records.push_back(record_of(key));
    for (std::size_t rank = 0; rank < storage::kept_layer_passwords; ++rank)
        for (const auto& record : records)
            if (rank < record.passwords.size())
                add(record.passwords[rank]);
    auto known = std::make_shared<std::vector<password_ptr>>();
    for (const auto& text : texts)
        known->push_back(password_of(text));
    return known;
}

void key_layers::remember(const uuid& key_uuid, const password_ptr& password) {
    if (!password) {
        const auto settings = settings_of(me_);
        if (!settings->layer_password_in_file.empty())
            remember(key_uuid, make_secret(settings->layer_password_in_file.text()));
        return;
    }
    const auto found = std::ranges::find(passwords_, password, &known_password::password);
    if (found != passwords_.end())
        remember(key_uuid, secret_ptr{found->text});
}

void key_layers::set(const uuid& key_uuid, const secret_ptr& own) {
    const auto before = choose(key_uuid).text;
    change(key_uuid, [&](storage::key_layer& layer) {
        if (before)
            layer.remember(before);
        layer.choose(own);
        return true;
    });
}

key_layer_ptr key_layers::pin(const uuid& key_uuid) {
    const auto text = choose(key_uuid).text;
    change(key_uuid, [&](storage::key_layer& layer) {
        const bool same =
            text ? layer.own() && layer.own()->text() == text->text() : layer.choice == storage::layer_choice::off;
        layer.choose(text);
        return !same;
    });
    return std::make_shared<const storage::key_layer>(record_of(key_uuid));
}

void key_layers::take(const storage::key_layer& other) {
    const auto before = choose(other.key_uuid).text;
    change(other.key_uuid, [&](storage::key_layer& layer) {
        if (before)
            layer.remember(before);
        layer.take(other);
        return true;
    });
}

void key_layers::ask_configured() {
    if (configured_)
        return;
    const auto password = me_.ask<password_ptr>(me_.actors().config, get_layer_password{});
    if (!password) {
        configured_ = choice{};
        return;
    }
    const auto settings = settings_of(me_);
    const auto source = settings->sources.find(layer_property);
    const bool from_environment =
        source != settings->sources.end() && source->second == storage::setting_source::environment;
    auto text = make_secret(settings->traditional_layer_password.text());
    passwords_.push_back({text, password});
    configured_ = choice{std::move(text), from_environment ? layer_source::environment : layer_source::config_file};
}

key_layers::choice key_layers::choose(const uuid& key_uuid) {
    ask_configured();
    if (configured_->source == layer_source::environment)
        return *configured_;
    const auto& record = record_of(key_uuid);
    if (auto own = record.own())
        return {std::move(own), layer_source::key};
    return record.choice == storage::layer_choice::off ? choice{} : *configured_;
}

const storage::key_layer& key_layers::record_of(const uuid& key_uuid) {
    if (auto file = container_.open(); file != file_) {
        records_.clear();
        file_ = std::move(file);
    }
    const auto known = records_.find(key_uuid);
    return known != records_.end() ? known->second
                                   : records_.emplace(key_uuid, storage::layer_of_key(*file_, key_uuid)).first->second;
}

const password_ptr& key_layers::password_of(const secret_ptr& text) {
    for (const auto& known : passwords_)
        if (known.text->text() == text->text())
            return known.password;
    passwords_.push_back({text, std::make_shared<storage::sfc_password>(text->text())});
    return passwords_.back().password;
}

void key_layers::remember(const uuid& key_uuid, const secret_ptr& text) {
    if (record_of(key_uuid).holds(text->text()))
        return;
    change(key_uuid, [&](storage::key_layer& layer) { return layer.remember(text); });
}

/// Under the container's lock; `body` says whether there is something to write.
template <class F>
void key_layers::change(const uuid& key_uuid, F body) {
    container_.update([&](const storage::sfc_reader& file) {
        auto layer = storage::layer_of_key(file, key_uuid);
        storage::container_changes changes;
        const auto* entry = file.find(key_uuid);
        if (body(layer))
            changes.put.push_back(to_entry(layer, entry ? entry->attributes : const_byte_span{}));
        return changes;
    });
}

} // namespace omegasafe::actors
