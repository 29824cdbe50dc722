#pragma once

#include "sagespark/codec/row_block.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::container {

/// kAsRead: the first row of a channel or request decides.
using RowLayout = codec::RowBlock::Layout;
using LabelRule = codec::LabelRule;

/// The block's rows, valid until it changes. It has at least one, or its layout is not kAsRead.
linalg::RowsView ViewOf(const codec::RowBlock& block);

}  // namespace sagespark::container
