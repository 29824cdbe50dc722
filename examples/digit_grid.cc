#include "digit_grid.h"

#include <cairo/cairo.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace examples {
namespace {

constexpr int kSide = 28;      // Pixels of a digit.
constexpr int kScale = 3;      // Picture pixels for each of them.
constexpr int kGap = 4;        // Picture pixels around a digit.
constexpr int kCell = kSide * kScale + kGap;
constexpr int kColumns = 5;

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

/// A surface of grey pixels that can be written directly.
class Picture {
 public:
  Picture(int width, int height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy) {
    cairo_surface_flush(surface_.get());
    Fill(0, 0, width, height, 255);
  }

  void Fill(int x, int y, int width, int height, uint8_t grey) {
    unsigned char* pixels = cairo_image_surface_get_data(surface_.get());
    const int stride = cairo_image_surface_get_stride(surface_.get());
    for (int row = y; row < y + height; ++row) {
      auto* line = reinterpret_cast<uint32_t*>(pixels + static_cast<ptrdiff_t>(row) * stride);
      std::fill(line + x, line + x + width, grey * 0x010101u);
    }
  }

  void Save(const std::string& path) {
    cairo_surface_mark_dirty(surface_.get());
    const cairo_status_t status = cairo_surface_write_to_png(surface_.get(), path.c_str());
    if (status != CAIRO_STATUS_SUCCESS) {
      throw std::runtime_error("Picture cannot be written: " + path + ": " + cairo_status_to_string(status));
    }
  }

 private:
  Surface surface_;
};

void DrawDigit(Picture& picture, int left, int top, const Digit& digit) {
  const double brightest = std::max(1.0, *std::max_element(digit.begin(), digit.end()));
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double value = digit[static_cast<size_t>(y * kSide + x)];
      picture.Fill(left + x * kScale, top + y * kScale, kScale, kScale, static_cast<uint8_t>(255 * value / brightest));
    }
  }
}

}  // namespace

void WriteDigitGrid(const std::string& path, const std::vector<Digit>& digits) {
  const int rows = std::max(1, (static_cast<int>(digits.size()) + kColumns - 1) / kColumns);
  Picture picture(kColumns * kCell + kGap, rows * kCell + kGap);
  for (size_t i = 0; i < digits.size(); ++i) {
    if (digits[i].size() != kSide * kSide) throw std::runtime_error("Digit does not have 784 pixels");
    DrawDigit(picture, kGap + static_cast<int>(i) % kColumns * kCell, kGap + static_cast<int>(i) / kColumns * kCell, digits[i]);
  }
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  picture.Save(path);
}

}  // namespace examples
