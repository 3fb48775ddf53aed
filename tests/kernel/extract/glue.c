// SPDX-License-Identifier: MIT OR Apache-2.0
/* A module that calls SUM, which is made of Rust objects. */
#include <linux/module.h>

int SUM(const int *numbers, size_t count);

static int __init glue_init(void)
{
	static const int numbers[] = { 1, 2, 3 };

	return SUM(numbers, ARRAY_SIZE(numbers)) == 6 ? 0 : -EINVAL;
}

static void __exit glue_exit(void)
{
}

module_init(glue_init);
module_exit(glue_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("C that calls Rust objects");
/* modpost then wants to know of every object what it was made of */
MODULE_VERSION("1");
