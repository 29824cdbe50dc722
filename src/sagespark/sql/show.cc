#include "sagespark/sql/show.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sagespark::sql {
namespace {

constexpr size_t kMinimumWidth = 3;

/// The next code point of UTF-8 text, taken off its front; U+FFFD for a broken one.
char32_t TakeCodePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : -1;
  if (more < 0 || lead > 0xf4 || text.size() < static_cast<size_t>(more)) return 0xfffd;
  char32_t point = lead & (0x3f >> more);
  for (int i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0xfffd;
    point = (point << 6) | (byte & 0x3f);
  }
  text.remove_prefix(more);
  return point;
}

/// As Java holds text: the units that Spark counts and cuts.
std::u16string ToUtf16(std::string_view text) {
  std::u16string units;
  while (!text.empty()) {
    const char32_t point = TakeCodePoint(text);
    if (point < 0x10000) {
      units += static_cast<char16_t>(point);
    } else {
      units += static_cast<char16_t>(0xd800 + ((point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return units;
}

void AppendUtf8(char32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

std::string ToUtf8(std::u16string_view units) {
  std::string text;
  for (size_t i = 0; i < units.size(); ++i) {
    const char16_t unit = units[i];
    const bool high = unit >= 0xd800 && unit < 0xdc00;
    if (high && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000) {
      AppendUtf8(0x10000 + ((char32_t{unit} - 0xd800) << 10) + (units[i + 1] - 0xdc00), text);
      ++i;
    } else if (unit >= 0xd800 && unit < 0xe000) {
      text += '?';  // Half of a pair, as Java prints it.
    } else {
      AppendUtf8(unit, text);
    }
  }
  return text;
}

/// Spark's table of characters that take two places: Utils.fullWidthRegex.
bool IsWide(char16_t unit) {
  constexpr std::array<std::pair<char16_t, char16_t>, 8> kRanges = {{{0x1100, 0x115f}, {0x2e80, 0xa4cf},
      {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe10, 0xfe19}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [unit](const auto& range) { return unit >= range.first && unit <= range.second; });
}

size_t WidthOf(std::u16string_view units) {
  return units.size() + static_cast<size_t>(std::count_if(units.begin(), units.end(), IsWide));
}

std::u16string Escape(std::u16string_view units) {
  constexpr std::u16string_view kControls = u"\a\b\t\n\v\f\r";
  constexpr std::u16string_view kLetters = u"abtnvfr";
  std::u16string escaped;
  for (const char16_t unit : units) {
    const size_t found = kControls.find(unit);
    if (found == kControls.npos) {
      escaped += unit;
    } else {
      escaped += u'\\';
      escaped += kLetters[found];
    }
  }
  return escaped;
}

std::u16string CellText(std::string_view text, int truncate) {
  constexpr size_t kDots = 3;
  std::u16string units = Escape(ToUtf16(text));
  const auto most = static_cast<size_t>(truncate);
  if (truncate <= 0 || units.size() <= most) return units;
  if (most <= kDots) return units.substr(0, most);
  return units.substr(0, most - kDots) + u"...";
}

std::string Line(const std::vector<std::u16string>& cells, const std::vector<size_t>& widths, bool align_right) {
  std::string line = "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - WidthOf(cells[i]), ' ');
    line += align_right ? padding + ToUtf8(cells[i]) : ToUtf8(cells[i]) + padding;
    line += '|';
  }
  return line + "\n";
}

}  // namespace

std::string ShowTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& cells,
                      int truncate, bool has_more) {
  std::vector<std::vector<std::u16string>> lines(1);
  for (const std::string& name : header) lines[0].push_back(Escape(ToUtf16(name)));
  for (const auto& row : cells) {
    auto& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(CellText(cell, truncate));
  }
  std::vector<size_t> widths(header.size(), kMinimumWidth);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], WidthOf(line[i]));
  }
  std::string border = "+";
  for (const size_t width : widths) border += std::string(width, '-') + "+";
  border += '\n';
  std::string table = border;
  for (size_t i = 0; i < lines.size(); ++i) {
    table += Line(lines[i], widths, truncate > 0);
    if (i == 0) table += border;
  }
  table += border;
  if (has_more) {
    table += "only showing top " + std::to_string(cells.size()) + (cells.size() == 1 ? " row" : " rows");
  }
  return table;
}

}  // namespace sagespark::sql
