// Texts of others as they may be shown: what comes from a file, a server or a setting must not steer a terminal.
#pragma once

#include <string>
#include <string_view>

namespace omegasafe::crypto {

/// One line for a terminal or a log. What would steer it stands as an escape: control characters as \x1b (below 0x20)
/// and \u009b (DEL and C1), marks that turn the direction of writing as \u202e, bytes that are no UTF-8 as \xff.
/// Everything else is as it was.
std::string shown_line(std::string_view text);

/// The same, but line ends stay: for texts of our own that have several lines.
std::string shown_lines(std::string_view text);

/// A JSON text in UTF-8 that means the same, with those characters as escapes of JSON.
std::string shown_json(std::string_view json);

/// Whether all of the text is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);
/// The text with U+FFFD for each byte that is no UTF-8.
std::string utf8_of(std::string_view text);
/// All of its bytes, as Base64 of the standard alphabet.
std::string base64_of(std::string_view text);

/// A copy of a JSON object in which every text is UTF-8 and nothing is lost: a field whose text is none, or a list in
/// which one is none, has utf8_of() them, and a field of its name and "_base64" after it has base64_of() them. `Json`
/// is nlohmann's ordered_json.
template <class Json>
Json with_exact_bytes(const Json& object) {
    const auto text_of = [](const Json& value) -> const std::string& {
        return value.template get_ref<const std::string&>();
    };
    const auto inexact = [&](const Json& value) { return value.is_string() && !is_utf8(text_of(value)); };
    Json made = Json::object();
    for (const auto& [name, value] : object.items()) {
        if (inexact(value)) {
            made[name] = utf8_of(text_of(value));
            made[name + "_base64"] = base64_of(text_of(value));
        } else if (value.is_object()) {
            made[name] = with_exact_bytes(value);
        } else if (value.is_array()) {
            Json list = Json::array(), exact = Json::array();
            bool needed = false;
            for (const auto& element : value) {
                needed = needed || inexact(element);
                exact.push_back(element.is_string() ? Json(base64_of(text_of(element))) : Json(nullptr));
                list.push_back(element.is_object()   ? with_exact_bytes(element)
                               : element.is_string() ? Json(utf8_of(text_of(element)))
                                                     : element);
            }
            made[name] = std::move(list);
            if (needed)
                made[name + "_base64"] = std::move(exact);
        } else {
            made[name] = value;
        }
    }
    return made;
}

} // namespace omegasafe::crypto
