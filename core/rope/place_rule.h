#pragma once
#include <cstdint>

namespace ropescope {

/// Where the text tokens of an image or video model are.
enum class TextPlace : std::uint8_t {
  unrotated,  ///< they are not in the rows: text is cross-attended, or its rows are left alone
  origin,     ///< at 0 on every axis (Flux 1)
  first_axis, ///< counted along the first axis, 0 on the others (Lumina 2)
  last_axis,  ///< the same along the last one (Flux 2's "l")
  all_axes,   ///< counted along every axis alike (Qwen-Image)
  side_axes   ///< the same, but 0 on the first axis (LongCat-Image)
};

/// From where text is counted.
enum class TextStart : std::uint8_t {
  number,       ///< PlaceRule::text_first
  behind_image, ///< the greatest position of the image + 1 (JoyImage)
  sides,        ///< the greatest number of rows or columns of all images
  half_sides,   ///< half of that, rounded down (Qwen-Image: images are centred)
  layers        ///< half_sides, and at least the number of layers (Qwen-Image-Layered)
};

/// Where an image or clip begins on the first axis.
enum class TimeStart : std::uint8_t {
  number,        ///< PlaceRule::time_first
  behind_text,   ///< time_first behind the last text token
  behind_images, ///< image i behind the frames of all before it (JoyImageEditPlus)
  layer          ///< image i at i (Qwen-Image); layered: the last one at −1
};

/// How rows and columns are counted.
enum class SideRule : std::uint8_t {
  index,     ///< side_first, side_first + 1 …
  centred,   ///< −(n − ⌊n/2⌋) … ⌊n/2⌋ − 1 (Qwen-Image)
  crop,      ///< CogVideoX 1.0: the grid is fitted into a base grid; fractions
  stretched, ///< ⌊i·side/n⌋ (CogView4: 256)
  fitted,    ///< i·side/n, a fraction (EVA-02: the reference grid; SAM 3: the window)
  area,      ///< (i + ½)·s − n·s/2, s the root of side²/(rows·columns) (Mochi)
  fractions, ///< i·pixels/side (LTX)
  midpoints, ///< (i + ½)·pixels/side (LTX-2)
  normalised ///< ((i + ½)/n)·2 − 1 (DINOv3)
};

/// How frames are counted.
enum class TimeRule : std::uint8_t {
  index,   ///< 0, 1, 2 …
  fps,     ///< frame/fps·time_rate; the index where no fps is given (Cosmos)
  seconds, ///< LTX: frame·time_rate/fps/time_span
  causal   ///< LTX-2: the middle of a latent's frames in seconds/time_span; the first latent holds one frame alone
};

/// Which lies first in the rows.
enum class TokenOrder : std::uint8_t { text_first, image_first };

/// How omni and vision-language models place text, images, videos and audio in one stream.
enum class StreamRule : std::uint8_t {
  none,
  blocks,        ///< Qwen2.5-VL, Qwen3-VL: a block at p takes (p + t, p + row, p + column), text goes on at p + side
  behind_all,    ///< Qwen2.5-Omni: the same, but text goes on behind the greatest position
  absolute,      ///< HunYuan-VL: an image's tokens keep their number on the first axis; column, row, image index
  centred_images ///< Qwen-Image 2.1: an image stays at one time, centred, and time goes on by its longer side
};

/// How a model's own code makes positions of a grid of tokens: what `--grid` reads. Named by what it does, not by who
/// does it; a row of core/model/axial_classes.cpp says which model has which.
struct PlaceRule {
  TextPlace text = TextPlace::unrotated;
  TextStart text_start = TextStart::number;
  double text_first = 0;
  std::int64_t text_multiple = 1; ///< text is padded to a multiple of it, and so are images, by tokens at the origin
  TimeStart time_start = TimeStart::number;
  double time_first = 0;
  TimeRule time = TimeRule::index;
  double time_rate = 1;        ///< see TimeRule: frames a second that the model counts in, or frames of a latent
  double time_span = 1;        ///< see TimeRule: seconds that make 1
  double time_offset = 1;      ///< of `causal`: frames that the first latent holds
  double fps = 0;              ///< where a person gives none; 0: see TimeRule
  std::int64_t time_patch = 1; ///< frames of one position (CogVideoX 1.5: 2)
  SideRule sides = SideRule::index;
  double side_first = 0;
  bool sides_behind_text = false;         ///< rows and columns begin behind the last text token too (NeoMME)
  double side_rows = 0, side_columns = 0; ///< see SideRule: base grid, pixels
  double pixels = 32;                     ///< of a latent's side (LTX)
  double reference_step = 0;              ///< each further image lies so far behind on the first axis (Flux 2: 10)
  TokenOrder order = TokenOrder::text_first;
  bool class_token_last = false; ///< Llama 4
  bool own_order = false;        ///< tokens lie in windows whose order no grid says: a grid is refused (Muse)
  bool buckets = false; ///< Kandinsky 5: rows and columns of a clip are divided by what the picture's size says
  StreamRule stream = StreamRule::none;
  double rate = 0;              ///< of a stream: positions a second of video; 0: frames are counted
  bool keeps_fractions = false; ///< of that product, which else is rounded down
  bool frame_by_frame = false;  ///< a video's frames lie as images, with text between
  double chunk_seconds = 0;     ///< audio in video: laid in chunks of so many seconds; 0: token by token, by time
  std::int64_t temporal_merge = 1;

  bool operator==(const PlaceRule&) const = default;
};

} // namespace ropescope
